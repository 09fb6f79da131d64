"""The decisions about a mail. They are kept in its row, because a row of its own would cost as much as the mail."""

from copy import replace
from datetime import datetime

from ripen.decision import Decision, DecisionKind, KeptDecision, Outcome, Reason
from ripen.ids import digest
from ripen.mail.ledger import Send, SendState

_KEPT = 8
"""The latest decisions that a row keeps. A mail has three or four; only one that is postponed for weeks has more."""


def with_decision(before: Send, after: Send, now: datetime) -> Send:
    """Return the send after a move, with the decision that the move is.

    A mail that was only claimed, or is tried again, was not decided about.
    """
    outcome = _outcome(before, after)
    if not outcome:
        return after
    return replace(after, decisions=(*after.decisions, KeptDecision(now, outcome, after.reason))[-_KEPT:])


def decisions_about(send: Send) -> list[Decision]:
    """Return the decisions about the mail, the earliest first."""
    facts = {"send": send.id, "origin": send.origin, "step": send.step}
    return [
        Decision(
            id=digest("decision", send.id, kept.outcome, kept.at.isoformat()),
            lead=send.lead,
            at=kept.at,
            what=DecisionKind.SEND,
            subject=send.email,
            outcome=kept.outcome,
            reason=kept.reason,
            bundle=send.bundle,
            facts=facts | ({"subject": send.subject} if kept.outcome is Outcome.WOULD_HAVE_SENT else {}),
        )
        for kept in send.decisions
    ]


def _outcome(before: Send, after: Send) -> Outcome | None:
    """Return the outcome, None if nothing was decided."""
    if after.reason == Reason.SHADOW and after.state is not before.state:
        return Outcome.WOULD_HAVE_SENT
    match before.state, after.state:
        case SendState.PLANNED, SendState.PLANNED:
            return Outcome.POSTPONED if after.reason != before.reason else None
        case SendState.HELD | SendState.FAILED, SendState.PLANNED:
            return Outcome.RELEASED
        case _, SendState.PLANNED | SendState.CLAIMED:
            return None
        case _:
            return Outcome(after.state.value) if after.state is not before.state else None
