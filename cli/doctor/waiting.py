"""Check what waits for Salesforce, Slack and the webhooks of journeys."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cli.doctor.finding import Check, Finding, Owner
from cli.output.time_zone import zoned_time
from ripen.adapters.table import Table
from ripen.crm import crm_errors
from ripen.operations.waiting.scan import find_waiting
from ripen.operations.waiting.wait import System, Wait, WaitingWork, Work
from ripen.operations.waiting.words import next_step, summary, what_happens
from ripen.slack import card_retry
from ripen.words import Words

CRM = Check(Words("Leads in Salesforce", "Salesforce への書き込み"), Owner.SALESFORCE)
CARDS = Check(Words("Cards in Slack", "Slack のカード"), Owner.SLACK)
CALLS = Check(Words("Webhook calls", "ウェブフックの呼び出し"), Owner.IT)
_CHECKS = {System.SALESFORCE: CRM, System.SLACK: CARDS, System.WEBHOOKS: CALLS}
_NOTHING = Words("nothing waits", "待っているものはありません")
_ERRORS = Words("See the leads: ripen crm errors", " 一覧: ripen crm errors")
_LONG = timedelta(hours=1)
"""How long presses, requests of journeys and webhook calls may wait before the doctor fails."""


def waiting(table: Table, now: datetime, zone: str) -> Iterator[Finding]:
    """Yield a finding for each system, with times in that time zone. Mail for SES is in `stack.switches`."""
    found = find_waiting(table, now)
    for system, check in _CHECKS.items():
        yield _finding(check, [work for work in found if work.system is system], now, zone)


def _finding(check: Check, found: list[WaitingWork], now: datetime, zone: str) -> Finding:
    if not found:
        return check.ok(_NOTHING)

    def clock(at: datetime) -> str:
        return zoned_time(at, zone)

    sentences = [summary(work, clock) for work in found]
    steps = list(dict.fromkeys(step for work in found for step in (what_happens(work, clock), next_step(work))))
    if any(Work.LEADS in work.work for work in found):
        steps.append(_ERRORS)
    is_urgent = _needs_a_person([wait for work in found for wait in work.waits], now)
    return (check.fail if is_urgent else check.warn)(_joined(sentences), _joined(steps))


def _needs_a_person(waits: list[Wait], now: datetime) -> bool:
    if crm_errors.needs_a_person((wait.row.value for wait in waits if wait.work is Work.LEADS), now):
        return True
    return any(
        card_retry.needs_a_person(wait.row.value, now) if wait.work is Work.CARDS else now - wait.since >= _LONG
        for wait in waits
        if wait.work is not Work.LEADS
    )


def _joined(words: list[Words]) -> Words:
    return Words(" ".join(each.en for each in words), "".join(each.ja for each in words))
