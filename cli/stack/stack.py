"""The stack that a command talks to: the one on AWS that is named, else the local cloud if one runs in this folder, else the
one on AWS by the usual name."""

import os
from dataclasses import dataclass

from cli.local.home import STACK, Home, Status, aws_environment
from ripen.adapters import aws
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table
from ripen.failure import Failure


@dataclass(frozen=True)
class Stack:
    table: Table
    playbook: Playbook
    secrets: Secrets
    clock: ApplicationClock
    site: str
    """Public address of the API, without a slash at the end."""
    queues: tuple[str, ...]
    """URLs of all queues."""
    tick: str
    """Name of the function that wakes whatever is due."""
    local: Status | None
    """The local cloud, if this is one."""
    configuration_set: str = ""
    """Of SES."""
    channel: str = ""
    """Where cards about hot leads are posted."""
    slack_api: str = ""

    @property
    def region(self) -> str:
        return str(aws.client("sqs").meta.region_name)


def connect() -> Stack:
    """The local cloud, unless RIPEN_STACK names another. Raises Failure with the next step where there is nothing to talk to."""
    named = os.environ.get("RIPEN_STACK", "")
    status = None if named else Status.read(Home.here())
    if status:
        os.environ.pop("AWS_PROFILE", None)
        os.environ.update({k: v for k, v in aws_environment(status.aws).items() if k.startswith("AWS_")})
        os.environ["AWS_ENDPOINT_URL_SESV2"] = status.mailbox
        os.environ["REQUESTS_CA_BUNDLE"] = status.ca
    outputs = status.stack if status else _outputs(named or STACK)
    table = Table(outputs["Table"])
    return Stack(
        table=table,
        playbook=Playbook(table, outputs["Bucket"]),
        secrets=Secrets(outputs["Secret"]),
        clock=ApplicationClock(table, moves=status is not None),
        site=status.api if status else outputs["ApiUrl"],
        queues=tuple(outputs["Queues"].split(",")),
        tick=outputs["Tick"],
        configuration_set=outputs.get("ConfigurationSetName", ""),
        channel=outputs.get("Channel", ""),
        slack_api=outputs.get("SlackAddress", ""),
        local=status,
    )


def local() -> Status:
    """The local cloud. Raises Failure if none runs, or a stack on AWS is meant."""
    if named := os.environ.get("RIPEN_STACK"):
        raise Failure(
            f"This is for the local cloud only, and {named!r} is on AWS.", "Leave out --stack and RIPEN_STACK."
        )
    status = Status.read(Home.here())
    if status is None:
        raise Failure("The local cloud is not running.", "Start it with: make up")
    return status


def _outputs(stack: str) -> dict[str, str]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        [found] = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        raise Failure(
            f"There is no stack {stack!r} on AWS to talk to, and no local cloud that is meant ({error}).",
            "Start the local cloud with: make up – or deploy with: make deploy, and name the stack: ripen --stack NAME",
        ) from None
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
