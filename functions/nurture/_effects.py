"""What a journey's steps want done, as rows of the transaction that moves the enrollment; and who is woken for them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import assert_never

from msgspec import Struct

from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Change, Create, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.journey.crm_request import CrmRequest
from ripen.journey.effects import Call, Effect, EnterOther, LeaveOther, Notify, PlanSend, Update, WriteCrm
from ripen.journey.enrollment import Enrollment, EnrollmentState, leave
from ripen.journey.update import updated
from ripen.journey.webhook_call import WebhookCall
from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import Profile
from ripen.mail.ledger import Send, SendPointer, lane
from ripen.ports import Wake
from ripen.slack.alert import Alert


class Queues(Struct, frozen=True, kw_only=True):
    """Who is woken for a row that an effect has made."""

    deliver: Wake
    react: Wake
    alert: Wake
    crm_request: Wake
    call: Wake


def rows(
    effects: Sequence[Effect], enrollment: Enrollment, profile: Row[Profile], stages: Sequence[str], now: datetime
) -> Iterator[Change]:
    """One row or two for each effect but LeaveOther, and the profile where it changes. Each row's id is the effect's own,
    so that it is never made twice."""
    for effect in effects:
        yield from _row(effect, enrollment, now)
    updates = (effect for effect in effects if isinstance(effect, Update))
    after = reduce(lambda known, update: updated(known, update, stages), updates, profile.value)
    if after != profile.value:
        yield Replace(profile.key, after, profile.version)


def _row(effect: Effect, enrollment: Enrollment, now: datetime) -> Iterable[Change]:
    lead = enrollment.lead
    match effect:
        case PlanSend(send=send):
            yield from _planned(send)
        case Update():
            yield _told(effect, enrollment, now)
        case Notify(id=id, text=text, channel=channel):
            note = Alert(id=id, lead=lead, kind="note", planned=now, text=text, channel=channel)
            yield Create(keys.alert(lead, id), note, due=now)
        case WriteCrm():
            yield Create(
                keys.crm_request(lead, effect.id), _crm_request(effect, enrollment, now), due=now, lane=Lane.BULK
            )
        case Call():
            yield Create(keys.call(lead, effect.id), _call(effect, enrollment, now), due=now, lane=Lane.BULK)
        case EnterOther(id=id, journey=journey):
            facts = {"key": id, "by": f"journey {enrollment.journey}"}
            yield _happened(id, Kind.ENTRY_ASKED, journey, facts, enrollment, now)
        case LeaveOther():
            pass
        case _:
            assert_never(effect)


def left(effects: Sequence[Effect], enrollment: Enrollment, table: Table, now: datetime) -> list[Change]:
    """The lead's runs of other journeys that are ended: two rows for each, which belong together."""
    ended: dict[str, list[Change]] = {}
    for effect in effects:
        if isinstance(effect, LeaveOther):
            for row in table.under(enrollment.lead, f"enrollment#{effect.journey}#"):
                own = (row.value.journey, row.value.key) == (enrollment.journey, enrollment.key)
                if row.value.state is EnrollmentState.ACTIVE and not own:
                    ended.setdefault(row.key.sk, _ended(row, effect.reason, now))
    return [change for changes in ended.values() for change in changes]


def wake_due(changes: Iterable[Change], now: datetime, queues: Queues) -> None:
    """Whoever has something to do now is woken; the tick does it where this fails."""
    due = [change for change in changes if isinstance(change, Create) and change.due and change.due <= now]
    for kind, lanes, queue in (
        ("send", {Lane.HOT}, queues.deliver),
        ("activity", set(Lane), queues.react),
        ("alert", set(Lane), queues.alert),
        ("request", set(Lane), queues.crm_request),
        ("call", set(Lane), queues.call),
    ):
        if refs := [change.key.ref for change in due if keys.kind(change.key.ref) == kind and change.lane in lanes]:
            queue.wake(*refs)


def _planned(send: Send) -> list[Change]:
    return [
        Create(keys.send(send.lead, send.id), send, due=send.planned, lane=lane(send)),
        Create(keys.send_pointer(send.id), SendPointer(lead=send.lead, email=send.email)),
    ]


def _told(update: Update, enrollment: Enrollment, now: datetime) -> Change:
    """Fit, segments and the CRM follow the profile: the fold hears of the change, and takes the points in."""
    facts = {"journey": enrollment.journey, "step": update.step}
    if not update.points:
        return _happened(update.id, Kind.UPDATED, enrollment.journey, facts, enrollment, now)
    facts |= {"points": f"{update.points:g}"} | {f"words.{locale}": text for locale, text in update.words.items()}
    return _happened(update.id, Kind.POINTS_GIVEN, enrollment.journey, facts, enrollment, now)


def _happened(
    id: str, kind: Kind, subject: str, facts: dict[str, str], enrollment: Enrollment, now: datetime
) -> Change:
    lead = enrollment.lead
    activity = Activity(id=id, lead=lead, kind=kind, at=now, received=now, subject=subject, facts=facts)
    return Create(keys.activity(lead, now, id), activity, due=now, lane=Lane.BULK)


def _crm_request(effect: WriteCrm, enrollment: Enrollment, now: datetime) -> CrmRequest:
    return CrmRequest(
        id=effect.id,
        lead=enrollment.lead,
        journey=enrollment.journey,
        planned=now,
        task=effect.task,
        due_days=effect.due_days,
        campaign=effect.campaign,
        status=effect.status,
        owner=effect.owner,
    )


def _call(effect: Call, enrollment: Enrollment, now: datetime) -> WebhookCall:
    return WebhookCall(
        id=effect.id,
        lead=enrollment.lead,
        journey=enrollment.journey,
        entry=enrollment.key,
        step=effect.step,
        url=effect.url,
        planned=now,
        body=effect.body,
        timeout_seconds=effect.timeout_seconds,
    )


def _ended(row: Row[Enrollment], reason: str, now: datetime) -> list[Change]:
    gone, decision = leave(row.value, reason, now)
    return [Replace(row.key, gone, row.version), create_decision(decision)]
