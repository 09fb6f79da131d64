"""The decisions about a mail, kept in its row."""

from datetime import timedelta

import msgspec

from ripen.decision import KeptDecision, Outcome
from ripen.mail import ledger
from ripen.mail.ledger import SendState
from ripen.mail.send_decisions import decisions_about, with_decision
from tests.support.builders import a_marketing_mail
from tests.support.fakes import NOON

PLANNED = a_marketing_mail()
CLAIMED = a_marketing_mail(state=SendState.CLAIMED, claimed=NOON, attempt=1, bundle="b1", subject="件名")


def test_move_that_matters_to_people_is_a_decision() -> None:
    accepted = with_decision(CLAIMED, ledger.accept(CLAIMED, "m1", NOON).send, NOON)
    (decision,) = decisions_about(accepted)
    assert (decision.what, decision.subject, decision.outcome, decision.at, decision.bundle) == (
        "send",
        "case-study",
        "accepted",
        NOON,
        "b1",
    )
    assert decision.facts == {"send": CLAIMED.id, "origin": CLAIMED.origin, "step": CLAIMED.step}


def test_claim_and_another_attempt_are_no_decisions() -> None:
    accepted = with_decision(CLAIMED, ledger.accept(CLAIMED, "m1", NOON).send, NOON)
    assert with_decision(accepted, accepted, NOON) == accepted
    assert with_decision(PLANNED, CLAIMED, NOON).decisions == ()
    assert with_decision(CLAIMED, a_marketing_mail(attempt=1), NOON).decisions == ()


def test_mail_that_shadow_mode_kept_back_would_have_been_sent() -> None:
    kept = with_decision(PLANNED, ledger.skip_in_shadow(PLANNED, "b1", "件名").send, NOON)
    (decision,) = decisions_about(kept)
    assert (decision.outcome, decision.reason, decision.facts["subject"]) == ("would have sent", "shadow", "件名")


def test_row_keeps_the_latest_decisions_however_often_a_mail_is_postponed() -> None:
    send = PLANNED
    for day in range(100):
        at = NOON + timedelta(days=day)
        send = with_decision(send, ledger.postpone(send, ("quiet hours", "capped")[day % 2], at).send, at)
    assert [move.at for move in send.decisions] == [NOON + timedelta(days=day) for day in range(92, 100)]
    assert len(msgspec.json.encode(send)) < 1500


def test_kept_decision_takes_little_room() -> None:
    kept = KeptDecision(NOON, Outcome.ACCEPTED)
    assert msgspec.json.decode(msgspec.json.encode(kept), type=KeptDecision) == kept
    assert len(msgspec.json.encode(kept)) <= 50
