"""The stack that a command talks to.

It is the named one on AWS, else the local cloud if one runs in this folder, else the one on AWS by the usual name.
"""

import os
from dataclasses import dataclass

from cli.local.home import STACK, Home, LocalCloud, aws_environment
from ripen.adapters import aws
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table
from ripen.failure import Failure
from ripen.words import Words

_OUTPUTS = ("Table", "Bucket", "Secret", "Connections", "ApiUrl", "Queues", "BundleFormat", "MailsPerSecond", "Tick")
"""The outputs of template.yaml that every command needs."""
_START = Words("Start it with: make up", "起動するには: make up")
_SETS = ("ConfigurationSetName", "TransactionalSetName")


@dataclass(frozen=True)
class Stack:
    table: Table
    playbook: Playbook
    secrets: Secrets
    """The master key."""
    connections: Secrets
    """The company's connections: Slack, Salesforce, Typeform."""
    clock: ApplicationClock
    site: str
    """The public address of the API, without a slash at the end."""
    queues: tuple[str, ...]
    """The URLs of all queues."""
    tick: str
    """The name of the function that wakes what is due."""
    local: LocalCloud | None
    """The local cloud, if this is one."""
    configuration_sets: tuple[str, ...] = ()
    """The configuration sets of SES, one for each class of mail."""
    channel: str = ""
    """The Slack channel for cards about hot leads."""
    slack_api: str = ""
    mails_per_second: int = 14
    """The parameter MailsPerSecond: the rate that bulk delivery has workers for."""
    domain: str = ""
    """The parameter Domain; "" if the API's own address is the public one."""
    turnstile: str = ""
    """The parameter TurnstileSiteKey; "" if forms have no challenge."""

    @property
    def region(self) -> str:
        return str(aws.client("sqs").meta.region_name)


def connect() -> Stack:
    """Return the local cloud, unless RIPEN_STACK names another stack. Raise Failure if there is no stack to talk to."""
    named = os.environ.get("RIPEN_STACK", "")
    status = None if named else LocalCloud.read(Home.here())
    if status:
        os.environ.pop("AWS_PROFILE", None)
        os.environ.update({k: v for k, v in aws_environment(status.aws).items() if k.startswith("AWS_")})
        os.environ["AWS_ENDPOINT_URL_SESV2"] = status.mailbox
        os.environ["REQUESTS_CA_BUNDLE"] = status.ca
    outputs = status.stack if status else _outputs(named)
    table = Table(outputs["Table"])
    playbook = Playbook(table, outputs["Bucket"], deployed=int(outputs["BundleFormat"]))
    return Stack(
        table=table,
        playbook=playbook,
        secrets=Secrets(outputs["Secret"]),
        connections=Secrets(outputs["Connections"]),
        clock=ApplicationClock(table, moves=status is not None),
        site=status.api if status else outputs["ApiUrl"],
        queues=tuple(outputs["Queues"].split(",")),
        tick=outputs["Tick"],
        configuration_sets=tuple(outputs[name] for name in _SETS if name in outputs),
        channel=outputs.get("Channel", ""),
        slack_api=outputs.get("SlackAddress", ""),
        mails_per_second=int(outputs["MailsPerSecond"]),
        domain=outputs.get("Domain", ""),
        turnstile=outputs.get("TurnstileSiteKey", ""),
        local=status,
    )


def local() -> LocalCloud:
    """Return the local cloud. Raise Failure if none runs, or if a stack on AWS is named."""
    if named := os.environ.get("RIPEN_STACK"):
        raise Failure(
            Words(
                f"This is for the local cloud only, and {named!r} is on AWS.",
                f"これはローカルクラウド専用です。{named!r} は AWS 上にあります。",
            ),
            Words("Leave out --stack and RIPEN_STACK.", "--stack と RIPEN_STACK を外してください。"),
        )
    status = LocalCloud.read(Home.here())
    if status is None:
        raise _not_running(Home.here()) or Failure(
            Words("The local cloud is not running.", "ローカルクラウドが起動していません。"), _START
        )
    return status


def _not_running(home: Home) -> Failure | None:
    """Return the failure for a local cloud that starts or stops just now, or is stopped; None if there is none."""
    if home.is_taken():
        return Failure(
            Words("The local cloud is starting or stopping.", "ローカルクラウドは起動中、または停止中です。"),
            Words("Wait until it is ready: ripen status", "準備ができるまで待ってください: ripen status"),
        )
    if home.has_state():
        return Failure(
            Words(
                "The local cloud is stopped. Its data is kept.",
                "ローカルクラウドは停止しています。データは残っています。",
            ),
            _START,
        )
    return None


def _outputs(named: str) -> dict[str, str]:
    from botocore.exceptions import BotoCoreError, ClientError

    stack = named or STACK
    try:
        [found] = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        if not named and (local := _not_running(Home.here())):
            raise local from None
        raise Failure(
            Words(
                f"There is no stack {stack!r} on AWS, and no local cloud runs here ({error}).",
                f"AWS にスタック {stack!r} がなく、ローカルクラウドも起動していません（{error}）。",
            ),
            Words(
                "Start the local cloud with: make up – or deploy with: make deploy, then: ripen --stack NAME",
                "ローカルクラウドを起動: make up – または AWS へ配備: make deploy のあと ripen --stack 名前",
            ),
        ) from None
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    if lacking := ", ".join(name for name in _OUTPUTS if name not in outputs):
        raise Failure(
            Words(
                f"The stack {stack!r} is not a complete stack of Ripen: it has no output {lacking}.",
                f"スタック {stack!r} は完成した Ripen のスタックではありません。出力 {lacking} がありません。",
            ),
            Words(
                "Name a stack of Ripen: ripen --stack NAME – or deploy it again: make deploy",
                "Ripen のスタックを指定: ripen --stack 名前 – または配備し直す: make deploy",
            ),
        )
    return outputs
