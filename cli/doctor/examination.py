"""Check every prerequisite of a real deployment: its state, its owner, and the next step."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.doctor import (
    address,
    concurrency,
    dmarc,
    mail,
    mail_from,
    salesforce,
    salesforce_gate,
    salesforce_push,
    slack,
    spf,
    stack,
    turnstile,
    waiting,
)
from cli.doctor.dns_records import mail_hosts, texts
from cli.doctor.finding import Finding, unreadable
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
        yield address.address(checked.playbook, checked.site, checked.domain, bundle.brand.sender if bundle else "")
        yield from _mail(checked, _senders(bundle))
    own, own_is_malformed = stack.contents(checked.secrets)
    secrets, malformed = stack.contents(checked.connections)
    yield own_is_malformed or malformed or stack.secret(own | secrets, bundle)
    connected = secrets.get("salesforce")
    yield from salesforce.org(connected if isinstance(connected, dict) else {}, bundle)
    yield salesforce_gate.gate(checked.table, zone)
    yield salesforce_push.last_push(checked.table, zone)
    yield from slack.workspace(str(secrets.get("slack_bot_token") or ""), checked.slack_api, _channels(checked, bundle))
    if checked.turnstile:
        yield turnstile.challenge(
            str(secrets.get("turnstile") or ""), turnstile.ask(checked.connections) if secrets else None
        )
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


def _senders(bundle: Bundle | None) -> list[str]:
    """Return the senders of marketing and of transactional mail: one for each domain."""
    found = [bundle.brand.sender, bundle.brand.transactional_sender] if bundle else []
    return list({sender.partition("@")[2]: sender for sender in reversed(found) if sender}.values())[::-1]


def _mail(checked: Stack, senders: list[str]) -> Iterator[Finding]:
    ses = boto3.client("sesv2")
    yield from mail.account(ses, checked.mails_per_second)
    yield mail.configuration_sets(ses, checked.configuration_sets)
    if not senders:
        yield mail.IDENTITY.fail(
            Words("no published playbook names a sender", "送信者を定めたプレイブックが公開されていません"),
            Words("Publish the playbook: ripen publish", "プレイブックを公開してください: ripen publish"),
        )
    for sender in senders:
        yield from _sender(ses, sender)


def _sender(ses: Any, sender: str) -> Iterator[Finding]:
    """Yield the findings about the domain of one sender."""
    try:
        identity = mail.find_identity(ses, sender)
    except (BotoCoreError, ClientError) as error:
        yield mail.IDENTITY.warn(unreadable(error), mail.SIGN_IN)
        return
    yield from mail.identity(identity, sender)
    if identity is None:
        return
    name = sender.partition("@")[2]
    returns, domain = mail_from.mail_from(identity.described, identity.name, ses.meta.region_name, mail_hosts)
    yield returns
    yield spf.spf(domain, name, texts)
    yield dmarc.dmarc(name, identity.name if identity.signs else "", domain, texts)
