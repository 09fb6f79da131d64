"""Check every prerequisite of a real deployment: its state, its owner, and the next step."""

from collections.abc import Iterator
from pathlib import Path

import boto3

from cli.doctor import address, concurrency, domain, mail, salesforce, slack, stack, turnstile, waiting
from cli.doctor.finding import Finding
from cli.local.home import PROJECT
from cli.output.time_zone import brand_zone
from cli.stack.stack import Stack
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import NotifyStep
from ripen.words import Words


def examine(checked: Stack, folder: Path) -> Iterator[Finding]:
    """Yield the findings in the order of docs/deploy.md. The local cloud has no SES, DNS and quotas to check."""
    published, bundle = stack.playbook(checked.playbook, folder)
    zone = brand_zone(checked.playbook)
    if checked.local is None:
        yield concurrency.concurrency(boto3.client("lambda"), _template(), checked.mails_per_second)
        yield address.address(checked.playbook, checked.site, checked.domain)
        yield from _mail(checked, bundle.brand.sender if bundle else "")
    secrets = checked.connections.all(fresh=True)
    yield stack.secret(checked.secrets.all(fresh=True) | secrets, bundle)
    connected = secrets.get("salesforce")
    yield from salesforce.org(connected if isinstance(connected, dict) else {}, bundle)
    yield from slack.workspace(str(secrets.get("slack_bot_token") or ""), checked.slack_api, _channels(checked, bundle))
    if checked.turnstile:
        yield turnstile.challenge(str(secrets.get("turnstile") or ""), turnstile.ask(checked.connections))
    yield published
    yield stack.dead_letters(boto3.client("sqs"), checked.queues)
    yield stack.tick(checked.table, checked.clock.now())
    yield stack.switches(checked.table, zone)
    yield stack.held_mails(checked.table)
    yield from waiting.waiting(checked.table, checked.clock.now(), zone)


def _channels(checked: Stack, bundle: Bundle | None) -> list[str]:
    """Return the sales channel and the channels of the live playbook."""
    journeys = bundle.journeys.values() if bundle else ()
    steps = [step for journey in journeys for step in journey.steps if isinstance(step, NotifyStep)]
    return [checked.channel, *(step.channel for step in steps if step.channel)]


def _template() -> str:
    return (PROJECT / "infra/template.yaml").read_text()


def _mail(checked: Stack, sender: str) -> Iterator[Finding]:
    ses = boto3.client("sesv2")
    yield from mail.account(ses, checked.mails_per_second)
    yield mail.configuration_sets(ses, checked.configuration_sets)
    if not sender:
        yield mail.IDENTITY.fail(
            Words("no published playbook names a sender", "送信者を定めたプレイブックが公開されていません"),
            Words("Publish the playbook: ripen publish", "プレイブックを公開してください: ripen publish"),
        )
        return
    identity, dkim, mail_from = mail.identity(ses, sender)
    yield identity
    yield dkim
    name = sender.partition("@")[2]
    yield domain.spf(mail_from, name, domain.texts)
    yield domain.dmarc(name, domain.texts)
