"""What waits for an outside system is told truly: for which, since when, until when, why, and what to do."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ripen.adapters.ses.mailer import refusal
from ripen.adapters.table import Row, keys
from ripen.cause import Cause
from ripen.crm.incoming.membership import MemberPoll
from ripen.crm.incoming.opportunity import OpportunityPoll
from ripen.crm.incoming.opt_out import OptOutPoll
from ripen.journey.crm_request import CrmRequest
from ripen.journey.webhook_call import WebhookCall
from ripen.mail import ses_errors
from ripen.mail.ledger import SendState
from ripen.mail.limits.breaker import Breaker
from ripen.marks import CrmMark
from ripen.operations.waiting.wait import System, Wait, WaitingWork, Work, wait_of, waiting_work
from ripen.operations.waiting.words import next_step, sentence_facts, summary, what_happens
from ripen.slack.action import CardAction
from ripen.slack.alert import Alert
from tests.support.builders import a_marketing_mail
from tests.support.fakes import NOON

SOON, DAY = NOON + timedelta(minutes=5), timedelta(days=1)
MARK = CrmMark(lead="lead1", error="HTTP 503: Service Unavailable", failing_since=NOON)
CARD = Alert(id="a", lead="lead1", kind="hot", planned=NOON, error="chat.postMessage: 503", failing_since=NOON)
PRESS = CardAction(
    id="p", lead="lead1", alert="a", verb="accept", user="U1", user_name="alice", at=NOON, error="HTTP 503"
)
REQUEST = CrmRequest(id="r", lead="lead1", journey="expo", planned=NOON, error="HTTP 503")
CALL = WebhookCall(
    id="c", lead="lead1", journey="expo", entry="e", step="call", url="https://x", planned=NOON, error="answered 503"
)
MAIL = a_marketing_mail(planned=NOON, attempt=1, reason="SES cannot be reached")
POLL = OptOutPoll(since=NOON - DAY, attempts=2, failing_since=NOON, error="HTTP 503")
READ = (Work.POLLS, Cause.OUTAGE, None)
BREAKER = Breaker(until=SOON, reason="SES accepts no mail now (SendingPausedException)", opened=NOON)


def row(value: Any, due: bool = True) -> Row[Any]:
    return Row(keys.crm_mark("lead1"), value, 1, SOON if due else None)


def waited(value: Any, breaker: Breaker | None = None) -> Wait:
    found = wait_of(row(value), breaker)
    assert found
    return found


def clock(at: Any) -> str:
    return f"{at:%H:%M}"


@pytest.mark.parametrize(
    ("value", "system", "work", "cause", "until"),
    [
        (MARK, System.SALESFORCE, Work.LEADS, Cause.OUTAGE, None),
        (REQUEST, System.SALESFORCE, Work.REQUESTS, Cause.OUTAGE, NOON + DAY),
        (PRESS, System.SALESFORCE, Work.PRESSES, Cause.OUTAGE, NOON + DAY),
        (CARD, System.SLACK, Work.CARDS, Cause.OUTAGE, None),
        (CALL, System.WEBHOOKS, Work.CALLS, Cause.OUTAGE, NOON + DAY),
        (MAIL, System.SES, Work.MAILS, Cause.OUTAGE, None),
        (POLL, System.SALESFORCE, *READ),
        (MemberPoll(since=NOON, failing_since=NOON, error="HTTP 503"), System.SALESFORCE, *READ),
        (OpportunityPoll(failing_since=NOON, error="HTTP 503"), System.SALESFORCE, *READ),
    ],
)
def test_work_whose_last_attempt_failed_waits_for_its_system(
    value: Any, system: System, work: Work, cause: Cause, until: Any
) -> None:
    found = waited(value)

    assert (found.system, found.work, found.cause, found.until) == (system, work, cause, until)
    assert (found.since, found.next) == (NOON, SOON)


def test_press_waits_for_the_system_that_answered_last() -> None:
    assert waited(replace(PRESS, error="users.info: 503")).system is System.SLACK


@pytest.mark.parametrize(
    "value",
    [
        CrmMark(lead="lead1", urgent=True),
        CrmMark(lead="lead1", waits_for="company"),
        CrmMark(lead="lead1", error="DUPLICATES_DETECTED: x", failing_since=NOON, ignored="DUPLICATES_DETECTED"),
        Alert(id="a", lead="lead1", kind="hot", planned=NOON, error="stopped"),
        CrmRequest(id="r", lead="lead1", journey="expo", planned=NOON),
        CrmRequest(id="r", lead="lead1", journey="expo", planned=NOON, error="HTTP 503", done=NOON),
        OptOutPoll(since=NOON - DAY),
        a_marketing_mail(planned=NOON),
        a_marketing_mail(planned=NOON, reason="quiet hours"),
        a_marketing_mail(planned=NOON, state=SendState.FAILED, reason="refused by SES (MessageRejected)"),
    ],
)
def test_work_that_no_system_delays_does_not_wait(value: Any) -> None:
    assert wait_of(row(value)) is None


def test_row_that_is_not_retried_does_not_wait() -> None:
    assert wait_of(row(MARK, due=False)) is None


def test_mail_that_is_due_waits_while_ses_refuses_the_account() -> None:
    found = waited(a_marketing_mail(planned=NOON - DAY), BREAKER)

    assert (found.system, found.cause, found.since, found.next) == (System.SES, Cause.RIGHTS, NOON, SOON)
    assert wait_of(Row(keys.crm_mark("lead1"), a_marketing_mail(planned=NOON), 1, SOON + DAY), BREAKER) is None


@pytest.mark.parametrize("code", ["SendingPausedException", "TooManyRequestsException", "FooException"])
def test_every_passing_answer_of_ses_has_a_cause(code: str) -> None:
    answer = refusal(ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "SendEmail"))

    assert ses_errors.cause(str(answer)) is not None


def test_work_is_counted_by_system_and_answer() -> None:
    stopped = CrmMark(lead="lead2", error="INVALID_FIELD: x", failing_since=NOON)
    found = waiting_work([waited(CARD), waited(stopped), waited(MARK), waited(REQUEST)])

    assert [(each.system, each.code, dict(each.work)) for each in found] == [
        (System.SALESFORCE, "HTTP 503", {Work.LEADS: 1, Work.REQUESTS: 1}),
        (System.SALESFORCE, "INVALID_FIELD", {Work.LEADS: 1}),
        (System.SLACK, "503", {Work.CARDS: 1}),
    ]
    assert found[0].plain() == {
        "system": "salesforce",
        "code": "HTTP 503",
        "cause": "outage",
        "work": {"leads": 1, "requests": 1},
        "since": "2026-11-21T03:00:00+00:00",
        "next_attempt": "2026-11-21T03:05:00+00:00",
        "gives_up": "2026-11-22T03:00:00+00:00",
    }


def test_an_outage_with_several_answers_is_one() -> None:
    silent = CrmMark(lead="lead2", error="no answer from Salesforce: ReadTimeout", failing_since=NOON)

    [found] = waiting_work([waited(silent), waited(MARK), waited(MARK)])

    assert (found.code, found.work) == ("HTTP 503", {Work.LEADS: 3})


def told(*values: Any) -> str:
    work = WaitingWork(tuple(waited(value) for value in values))
    return " ".join(part.en for part in (summary(work, clock), what_happens(work, clock), next_step(work)))


def test_an_outage_is_told_with_what_happens_by_itself() -> None:
    assert told(MARK, MARK) == (
        "2 leads wait for Salesforce since 03:00: Salesforce does not answer (HTTP 503). Ripen tries again by itself,"
        " at least every hour (next: 03:05). Records and cards wait as long as it takes: nothing is lost. Nothing to do"
        " here. Does Salesforce have an outage? status.salesforce.com"
    )


def test_work_that_is_given_up_is_told_with_its_end() -> None:
    assert "Webhook calls are given up, the first at 03:00." in told(CALL)
    assert "nothing is lost" not in told(CALL)
    assert "nothing is lost" in told(MARK, REQUEST)


def test_a_poll_that_fails_is_told_with_what_is_not_known_until_then() -> None:
    assert told(POLL) == (
        "1 read of changes waits for Salesforce since 03:00: Salesforce does not answer (HTTP 503). Ripen tries again"
        " by itself, at least every hour (next: 03:05). Until then Ripen does not know what has changed in Salesforce"
        " (opt-outs, campaign members, opportunities). Nothing to do here. Does Salesforce have an outage?"
        " status.salesforce.com"
    )


def test_refused_login_is_told_with_what_to_renew() -> None:
    refused = CrmMark(lead="lead1", waits_for="Salesforce refuses the login: invalid_client: x", failing_since=NOON)

    assert "renew its secret" in told(refused).lower()
    assert "nothing is lost" not in told(refused)
    assert "Create" in told(CrmMark(lead="lead1", waits_for="Salesforce is not connected", failing_since=NOON))


@pytest.mark.parametrize("value", [MARK, REQUEST, PRESS, CARD, CALL, MAIL, POLL])
def test_everything_is_said_in_japanese(value: Any) -> None:
    work = WaitingWork((waited(value),))

    for part in (summary(work, clock), what_happens(work, clock), next_step(work)):
        assert part.ja
        assert part.ja != part.en


def test_facts_of_a_lead_keep_their_times_for_scripts_and_for_people() -> None:
    facts = sentence_facts(waited(MARK).plain(), clock)

    assert (facts["from"], facts["again"], facts["next_attempt"]) == ("03:00", "03:05", "2026-11-21T03:05:00+00:00")
    assert facts["reason"] == "HTTP 503: Service Unavailable"
