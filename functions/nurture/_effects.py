"""Writes the effects of a journey's steps, in the transaction that moves the enrollment, and wakes their workers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import assert_never

from msgspec import Struct

from ripen.adapters.rows.enrollments import move_enrollment
from ripen.adapters.rows.wake_ups import WakeUps
from ripen.adapters.table import Change, Create, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.journey.crm_request import CrmRequest
from ripen.journey.effects import Effect, ExitJourney, UpdateProfile
from ripen.journey.enrollment import Enrollment, EnrollmentState, leave
from ripen.journey.webhook_call import WebhookCall
from ripen.lead.activity import Activity
from ripen.lead.lead import Profile
from ripen.mail.ledger import Send, lane
from ripen.playbook.retention import Retention, mail_expires
from ripen.ports import Wake
from ripen.slack.alert import Alert


class Queues(Struct, frozen=True, kw_only=True):
    """The queues of the workers that deal with the rows of effects, and that of nurture.advance itself."""

    deliver: Wake
    react: Wake
    alert: Wake
    crm_request: Wake
    call: Wake
    advance: Wake
    clock_moves: bool = True

    @property
    def wake_ups(self) -> WakeUps:
        """The wake-ups of all rows but sends: the due time of a send is the time of the mail (ledger.departure)."""
        by_kind = {
            "activity": self.react,
            "alert": self.alert,
            "request": self.crm_request,
            "call": self.call,
            "enrollment": self.advance,
        }
        return WakeUps(queues=by_kind, clock_moves=self.clock_moves)


def effect_rows(effects: Sequence[Effect], profile: Row[Profile], keep: Retention, now: datetime) -> Iterator[Change]:
    """Yield the rows of each effect, and the profile if it changes. ExitJourney has its rows in exit_rows.

    A row has the id of its effect, so it is created only once.
    """
    after = profile.value
    for effect in effects:
        if isinstance(effect, UpdateProfile):
            after = effect.profile
        yield from _rows(effect, keep, now)
    if after != profile.value:
        yield Replace(profile.key, after, profile.version)


def exit_rows(effects: Sequence[Effect], enrollment: Enrollment, table: Table, now: datetime) -> list[Change]:
    """Return the rows that end the lead's enrollments in other journeys."""
    ended: dict[str, list[Change]] = {}
    for effect in effects:
        if isinstance(effect, ExitJourney):
            for row in table.under(enrollment.lead, f"enrollment#{effect.journey}#"):
                is_own = (row.value.journey, row.value.key) == (enrollment.journey, enrollment.key)
                if row.value.state is EnrollmentState.ACTIVE and not is_own:
                    ended.setdefault(row.key.sk, _end(row, effect.reason, now))
    return [change for changes in ended.values() for change in changes]


def wake(changes: Sequence[Change], now: datetime, queues: Queues) -> None:
    """Wake the workers of these rows, and that of each requested mail that is due; if that fails, the tick does it."""
    queues.wake_ups.wake(changes, now)
    due = [change for change in changes if isinstance(change, Create) and change.due and change.due <= now]
    mails = [change.key.ref for change in due if keys.kind(change.key.ref) == "send" and change.lane is Lane.HOT]
    if mails:
        queues.deliver.wake(*mails)


def _rows(effect: Effect, keep: Retention, now: datetime) -> Iterable[Change]:
    match effect:
        case Send():
            expires = mail_expires(effect.planned, keep)
            yield Create(keys.send(effect.lead, effect.id), effect, effect.planned, lane(effect), expires)
        case UpdateProfile(activity=activity) | (Activity() as activity):
            yield Create(keys.activity(activity.lead, activity.at, activity.id), activity, due=now, lane=Lane.BULK)
        case Alert():
            yield Create(keys.alert(effect.lead, effect.id), effect, due=effect.planned)
        case CrmRequest():
            yield Create(keys.crm_request(effect.lead, effect.id), effect, due=effect.planned, lane=Lane.BULK)
        case WebhookCall():
            yield Create(keys.call(effect.lead, effect.id), effect, due=effect.planned, lane=Lane.BULK)
        case ExitJourney():
            pass
        case _:
            assert_never(effect)


def _end(row: Row[Enrollment], reason: str, now: datetime) -> list[Change]:
    left, decision = leave(row.value, reason, now)
    return move_enrollment(row, left, [decision])
