"""One row that waits for an outside system: for which, since when, until when, and what the system answered last."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ripen.adapters.table import Row
from ripen.cause import Cause
from ripen.crm import crm_errors
from ripen.crm.incoming.polling import Poll
from ripen.journey import crm_request, webhook_call
from ripen.journey.crm_request import CrmRequest
from ripen.journey.webhook_call import WebhookCall
from ripen.mail import ses_errors
from ripen.mail.ledger import Send, SendState
from ripen.mail.limits.breaker import Breaker, is_open
from ripen.marks import CrmMark
from ripen.slack import action, slack_errors
from ripen.slack.action import CardAction
from ripen.slack.alert import Alert, AlertState

_JITTER = timedelta(seconds=10)
"""How much later than the breaker a mail is tried again, at most."""


class System(StrEnum):
    SALESFORCE = "salesforce"
    SLACK = "slack"
    SES = "ses"
    WEBHOOKS = "webhooks"


class Work(StrEnum):
    """What waits. The value is a name for scripts."""

    LEADS = "leads"
    REQUESTS = "requests"
    """Of journeys' crm steps."""
    CARDS = "cards"
    PRESSES = "presses"
    MAILS = "mails"
    CALLS = "calls"
    """Of journeys' webhook steps."""
    POLLS = "polls"
    """Reads of what has changed in Salesforce: opt-outs, members of campaigns, opportunities."""


_SENTENCES = {
    Work.LEADS: "salesforce.waits",
    Work.REQUESTS: "request.waits",
    Work.CARDS: "alert.waits",
    Work.PRESSES: "press.waits",
    Work.MAILS: "mail.waits",
    Work.CALLS: "call.waits",
}


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A row that is retried. Without `until` Ripen never gives up."""

    row: Row[Any]
    system: System
    work: Work
    subject: str = ""
    """The kind of an alert, the verb of a press, the name of a mail, or the journey."""
    since: datetime
    until: datetime | None = None
    answer: str
    """The last answer, in the words of the system or of its adapter."""
    blocked_until: datetime | None = None
    """Before that time nothing is tried, even if the row is due: the breaker of sending is open."""
    count: int = 1
    """How many rows this one stands for."""

    @property
    def next(self) -> datetime | None:
        """The next attempt."""
        times = [at for at in (self.row.due, self.blocked_until) if at]
        return max(times, default=None)

    @property
    def sentence(self) -> str:
        """The code of the sentence about the lead (phrases.py)."""
        if isinstance(self.row.value, Alert) and self.row.value.state is AlertState.POSTED:
            return "alert.outdated"
        return _SENTENCES[self.work]

    def plain(self) -> dict[str, str]:
        """Return what `ripen lead --json` prints under "waiting": a contract for scripts."""
        return {
            "sentence": self.sentence,
            "system": str(self.system),
            "work": str(self.work),
            "subject": self.subject,
            "since": self.since.isoformat(),
            "next_attempt": self.next.isoformat() if self.next else "",
            "gives_up": self.until.isoformat() if self.until else "",
            "answer": self.answer,
            "cause": str(self.cause),
        }

    @property
    def code(self) -> str:
        """The part of the answer that many rows share."""
        return slack_errors.error_code(self.answer) if self.system is System.SLACK else self.answer.partition(":")[0]

    @property
    def cause(self) -> Cause:
        match self.system:
            case System.SALESFORCE:
                return crm_errors.cause(self.code)
            case System.SLACK:
                return slack_errors.cause(self.code)
            case System.SES:
                return ses_errors.cause(self.answer) or Cause.RIGHTS
            case System.WEBHOOKS:
                return webhook_call.cause(self.code)


def wait_of(row: Row[Any], breaker: Breaker | None = None) -> Wait | None:
    """Return what the row waits for; None if no outside system delays it. `breaker` is the state of all sending."""
    if row.due is None:
        return None
    match row.value:
        case CrmMark() as mark if mark.failing_since and not crm_errors.is_ignored(mark):
            answer = mark.error or mark.waits_for
            return Wait(row=row, system=System.SALESFORCE, work=Work.LEADS, since=mark.failing_since, answer=answer)
        case Alert() as alert if alert.failing_since:
            system, work = System.SLACK, Work.CARDS
            since, answer = alert.failing_since, alert.error
            return Wait(row=row, system=system, work=work, subject=alert.kind, since=since, answer=answer)
        case Poll() as poll if poll.failing_since:
            system, work = System.SALESFORCE, Work.POLLS
            return Wait(row=row, system=system, work=work, since=poll.failing_since, answer=poll.error)
        case CardAction() | CrmRequest() | WebhookCall() as work if work.error and not work.done:
            return _of_a_day(row, work)
        case Send() as send:
            return _of_mail(row, send, breaker)
    return None


def _of_a_day(row: Row[Any], work: CardAction | CrmRequest | WebhookCall) -> Wait:
    """Return the wait of work that is given up after a day."""
    match work:
        case CardAction():
            system = System.SLACK if slack_errors.is_of_slack(work.error) else System.SALESFORCE
            kind, subject, since, patience = Work.PRESSES, work.verb, work.at, action.PATIENCE
        case CrmRequest():
            system, kind, subject = System.SALESFORCE, Work.REQUESTS, work.journey
            since, patience = work.planned, crm_request.PATIENCE
        case WebhookCall():
            system, kind, subject = System.WEBHOOKS, Work.CALLS, work.journey
            since, patience = work.planned, webhook_call.PATIENCE
    until = since + patience
    return Wait(row=row, system=system, work=kind, subject=subject, since=since, until=until, answer=work.error)


def _of_mail(row: Row[Any], send: Send, breaker: Breaker | None) -> Wait | None:
    """Return the wait of a mail that SES did not take, or that is not tried because SES refuses the account."""
    is_refused = ses_errors.cause(send.reason) is not None
    answer, since, blocked = send.reason, send.unknown or send.planned, None
    match send.state:
        case SendState.UNKNOWN if is_refused:
            pass
        case SendState.PLANNED if breaker and is_open(breaker) and (is_refused or _is_blocked(row, breaker)):
            answer, since, blocked = breaker.reason, max(send.planned, breaker.opened or send.planned), breaker.until
        case SendState.PLANNED if is_refused:
            pass
        case _:
            return None
    return Wait(
        row=row,
        system=System.SES,
        work=Work.MAILS,
        subject=send.email,
        since=since,
        until=send.valid_until,
        answer=answer,
        blocked_until=blocked,
    )


def _is_blocked(row: Row[Any], breaker: Breaker) -> bool:
    """Return whether the mail is due, but not tried before the breaker lets mails through."""
    return bool(row.due and breaker.until and row.due <= breaker.until + _JITTER)


@dataclass(frozen=True)
class WaitingWork:
    """All work that waits for one system with one answer, or because of its outage, whose answers vary."""

    waits: tuple[Wait, ...]

    @property
    def system(self) -> System:
        return self.waits[0].system

    @property
    def code(self) -> str:
        """The code of the most of them."""
        return Counter(wait.code for wait in self.waits).most_common(1)[0][0]

    @property
    def cause(self) -> Cause:
        return self.waits[0].cause

    @property
    def since(self) -> datetime:
        return min(wait.since for wait in self.waits)

    @property
    def next(self) -> datetime | None:
        """The next attempt."""
        return min((wait.next for wait in self.waits if wait.next), default=None)

    @property
    def until(self) -> datetime | None:
        """When Ripen gives up the first of them; None: never."""
        return min((wait.until for wait in self.waits if wait.until), default=None)

    @property
    def work(self) -> dict[Work, int]:
        """How many of each kind wait."""
        counts = {work: sum(wait.count for wait in self.waits if wait.work is work) for work in Work}
        return {work: count for work, count in counts.items() if count}

    def plain(self) -> dict[str, Any]:
        """Return what `ripen status --json` prints under "waiting": a contract for scripts."""
        return {
            "system": str(self.system),
            "code": self.code,
            "cause": str(self.cause),
            "work": {str(work): count for work, count in self.work.items()},
            "since": self.since.isoformat(),
            "next_attempt": self.next.isoformat() if self.next else "",
            "gives_up": self.until.isoformat() if self.until else "",
        }


def waiting_work(waits: Iterable[Wait]) -> tuple[WaitingWork, ...]:
    """Return the waits by system and answer, an outage as one: of each system, first the answer of the most."""
    found: dict[tuple[System, str], list[Wait]] = {}
    for wait in waits:
        found.setdefault((wait.system, wait.cause if wait.cause is Cause.OUTAGE else wait.code), []).append(wait)
    order, grouped = list(System), [WaitingWork(tuple(some)) for some in found.values()]
    return tuple(sorted(grouped, key=lambda each: (order.index(each.system), -len(each.waits), each.code)))
