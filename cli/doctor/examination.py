"""Every prerequisite of a real deployment: how it stands, whose matter it is, and what to do next."""

from collections.abc import Iterator
from pathlib import Path

import boto3

from cli.doctor import domain, mail, salesforce, slack, stack
from cli.doctor.finding import Finding
from cli.stack.stack import Stack


def examine(patient: Stack, folder: Path) -> Iterator[Finding]:
    """In the order of docs/deploy.md. On the local cloud without what only a real account has: SES, DNS and quotas."""
    published, bundle = stack.playbook(patient.playbook, folder)
    if patient.local is None:
        yield stack.concurrency(boto3.client("lambda"))
        yield from _mail(patient, bundle.brand.sender if bundle else "")
    secrets = patient.secrets.all(fresh=True)
    yield stack.secret(secrets, bundle)
    connected = secrets.get("salesforce")
    yield from salesforce.org(connected if isinstance(connected, dict) else {}, bundle)
    yield from slack.workspace(str(secrets.get("slack_bot_token") or ""), patient.slack_api, patient.channel)
    yield published
    yield stack.dead_letters(boto3.client("sqs"), patient.queues)
    yield stack.tick(patient.table, patient.clock.now())
    yield stack.switches(patient.table)


def _mail(patient: Stack, sender: str) -> Iterator[Finding]:
    ses = boto3.client("sesv2")
    yield from mail.account(ses)
    yield mail.configuration_set(ses, patient.configuration_set)
    if not sender:
        yield mail.IDENTITY.fail("no playbook says who sends", "ripen publish")
        return
    identity, dkim, mail_from = mail.identity(ses, sender)
    yield identity
    yield dkim
    of = sender.partition("@")[2]
    yield domain.spf(mail_from, of, domain.texts)
    yield domain.dmarc(of, domain.texts)
