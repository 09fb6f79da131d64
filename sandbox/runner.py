"""Start all parts of the local cloud in the order of their dependencies, and stop them in reverse."""

import json
import os
import subprocess
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from copy import replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from threading import Thread
from typing import IO, Any

from cli.local.home import PROJECT, Home, LocalCloud
from cli.output.language import say
from cli.stack.stack import connect
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import NotPublished, Playbook
from ripen.adapters.table import Table
from sandbox import preflight, proxy, webhook
from sandbox.build import build
from sandbox.certificates import Certificate, certificate
from sandbox.connections import connections
from sandbox.console import app as console
from sandbox.emulator import Emulator
from sandbox.playbook import start_playbook
from sandbox.salesforce import app as salesforce
from sandbox.server import Server
from sandbox.ses import app as ses
from sandbox.ses.receiving import Receiving
from sandbox.slack import app as slack
from sandbox.slack import workspace
from sandbox.stack import Cloud, create_configuration_sets, deploy, give_connections, receiving, route
from sandbox.warm_up import warm

_WORKSPACE = PROJECT / "sandbox/node_modules/local-slack-linux-x64/bin/local-slack"

Report = Callable[[str], Any]
"""Called with one line about each next step."""


class Runner:
    """One local cloud in one folder. Call `start` once, then `stop` once, also after a failed start."""

    def __init__(self, home: Home, lock: IO[str]) -> None:
        self._home = home
        self._lock = lock
        self._passport = token_hex(16)
        self._stack = ExitStack()
        self._now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._emulator: Emulator | None = None

    def start(self, report: Report) -> LocalCloud:
        """Start all parts and return when they are ready. Raises the error of the part that failed."""
        home, ports = self._home, self._home.ports()
        report(say("Certificates, mailbox, Salesforce", "証明書、メールボックス、Salesforce"))
        tls = certificate(home.at("certs"))
        status = _addresses(ports, tls)
        cloud = Cloud(status.aws)
        secrets = connections(home.at("secrets"), home.at("salesforce"), status.salesforce)
        events, incoming = EventsTopic(cloud), _receiving(cloud, self.now)
        self._serve(ses.build(home.at("ses"), self.now, events.publish, incoming), ports["mailbox"])
        self._serve(webhook.build(self.now), ports["webhook"], tls.chain)
        org = salesforce.build(home.at("salesforce"), self.now, status.salesforce)
        self._serve(org, ports["salesforce"], tls.chain)
        report(say("AWS emulator", "AWS エミュレーター"))
        self._run(Emulator(home, ports["aws"], status.mailbox, tls.authorities, ports["webhook"], self._passport))
        report("sam build")
        template, digest = build()
        report("sam deploy")
        outputs = deploy(home, cloud, template, digest, f"{status.slack}/api/")
        events.arn = outputs["EventsTopic"]
        incoming.rules += receiving(cloud, template)
        create_configuration_sets(cloud, template, status.mailbox)
        self._now = ApplicationClock(Table(outputs["Table"], cloud.client("dynamodb")), moves=True).now
        report(say("Routes, secrets, Slack workspace", "ルート、シークレット、Slack ワークスペース"))
        give_connections(cloud, outputs["Connections"], secrets)
        self._serve_api(cloud, template, ports["api"], outputs)
        self._serve_slack(secrets, status, ports)
        report(say("Playbook", "プレイブック"))
        plain = {name: value for name, value in secrets.items() if isinstance(value, str)}
        status = self._open(replace(status, secrets=plain, stack=outputs), ports["console"], report)
        Thread(target=warm, args=(cloud, template, status.api), daemon=True).start()
        return status

    def now(self) -> datetime:
        """Return the time by the application clock, or by the wall clock before there is one."""
        return self._now()

    def failed(self) -> str:
        """Return why it stopped running, or ""."""
        if self._emulator and self._emulator.runs():
            return ""
        return say("The AWS emulator has stopped. See its log:", "AWS エミュレーターが停止しました。ログ:")

    def stop(self) -> None:
        self._stack.close()

    def _run(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._stack.callback(emulator.stop)
        emulator.start(self._lock)

    def _serve(
        self, app: Any, port: int, tls: Path | None = None, listed: Callable[[], Collection[str]] | None = None
    ) -> None:
        server = Server(app, port, tls, listed)
        server.start()
        self._stack.callback(server.stop)

    def _serve_api(self, cloud: Cloud, template: Path, port: int, outputs: dict[str, str]) -> None:
        api = route(cloud, template)
        options = preflight.routes(cloud, template)
        app = proxy.build(cloud.url, lambda: f"{api}.execute-api.localhost", options, self._passport)
        table = Table(outputs["Table"], cloud.client("dynamodb"))
        playbook = Playbook(table, outputs["Bucket"], cloud.client("s3"))
        self._serve(app, port, listed=lambda: _listed_origins(playbook))

    def _serve_slack(self, secrets: dict[str, Any], status: LocalCloud, ports: dict[str, int]) -> None:
        folder, upstream = self._home.at("slack"), f"http://127.0.0.1:{ports['workspace']}"
        text = workspace.config(secrets["slack_signing_secret"], secrets["slack_bot_token"], status.slack)
        process = workspace.start(_WORKSPACE, folder, ports["workspace"], text, self._home.log("slack"))
        self._stack.callback(_end, process)
        self._serve(slack.build(folder, upstream, lambda: status.api), ports["slack"])

    def _open(self, status: LocalCloud, console_port: int, report: Report) -> LocalCloud:
        """Make a playbook live and start the console; the commands need the status file from here on."""
        status.write(self._home)
        self._stack.callback(LocalCloud.forget, self._home)
        stack = connect()
        if notice := start_playbook(PROJECT / "playbook", stack.table, stack.playbook, stack.site, stack.clock.now()):
            report(notice)
        self._serve(console.build(connect, lambda: status), console_port)
        status = replace(status, ready=True)
        status.write(self._home)
        return status


class EventsTopic:
    """The SNS topic for the events of SES. Before the stack is deployed there is none, and events are dropped."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.arn = ""

    def publish(self, event: dict[str, Any]) -> None:
        if self.arn:
            self._cloud.client("sns").publish(TopicArn=self.arn, Message=json.dumps(event))


@contextmanager
def running(home: Home, lock: IO[str], report: Report) -> Iterator[tuple[Runner, LocalCloud]]:
    """Run a cloud for as long as the block lasts; `lock` comes from home.take()."""
    runner = Runner(home, lock)
    try:
        yield runner, runner.start(report)
    finally:
        runner.stop()


def _addresses(ports: dict[str, int], tls: Certificate) -> LocalCloud:
    return LocalCloud(
        pid=os.getpid(),
        ready=False,
        api=f"http://127.0.0.1:{ports['api']}",
        mailbox=f"http://127.0.0.1:{ports['mailbox']}",
        slack=f"http://127.0.0.1:{ports['slack']}",
        salesforce=f"https://127.0.0.1:{ports['salesforce']}",
        aws=f"http://127.0.0.1:{ports['aws']}",
        console=f"http://127.0.0.1:{ports['console']}",
        webhook=f"https://127.0.0.1:{ports['webhook']}",
        ca=str(tls.authorities),
    )


def _listed_origins(playbook: Playbook) -> set[str]:
    """Return the origins of the company's sites in the live playbook: those it tracks, and those that post a form."""
    try:
        bundle = playbook.live().bundle
    except NotPublished:
        return set()
    tracked = bundle.tracking.sites if bundle.tracking else ()
    return {*tracked, *(origin for form in bundle.forms.values() for origin in form.origins)}


def _receiving(cloud: Cloud, now: Callable[[], datetime]) -> Receiving:
    """Return the receiving part of SES, which stores mails in S3 and announces them over SNS."""
    return Receiving(
        lambda bucket, key, raw: cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=raw),
        lambda topic, notification: cloud.client("sns").publish(TopicArn=topic, Message=json.dumps(notification)),
        now,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
