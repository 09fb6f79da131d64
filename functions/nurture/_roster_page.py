"""One shard of the roster, page by page: what is done for the leads of a page, and the cursor that passes them, are one
transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from nurture._dependencies import Dependencies
from ripen.adapters.rows.campaign_counts import HELD
from ripen.adapters.table import Add, Change, Conflict, Create, Key, Replace, Row, keys
from ripen.agenda import Lane
from ripen.calendar.local_time import lead_zone
from ripen.campaign import mailing
from ripen.campaign.campaign_run import CampaignRun, is_walking
from ripen.campaign.counts import COUNTERS, count_changes
from ripen.campaign.walk import Entries, Walk, advanced, entry_activity, paced_delay
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail import ledger
from ripen.mail.ledger import Send, SendPointer, SendState
from ripen.playbook.bundle import Campaign

_PAGE = 45
"""Two rows for each lead, the cursor and two counters make less than the 100 changes of a transaction."""
_LEASE = timedelta(minutes=5)
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)

logger = Logger(child=True)


@dataclass
class Page:
    """What is to be written for the leads of a page."""

    changes: list[Change] = field(default_factory=list)
    taken: int = 0
    canaries: int = 0
    last: datetime | None = None

    def take(self, at: datetime, canary: bool = False) -> None:
        self.taken += 1
        self.canaries += canary
        self.last = max(self.last or at, at)


def walk(key: Key[Walk], dependencies: Dependencies, goes_on: Callable[[], bool]) -> None:
    """Walks on from where the cursor stands until the shard is done, somebody else is at it, or time is nearly out; then it
    is due at once again."""
    while goes_on():
        if not dependencies.table.retrying(lambda _: _walk_page(key, dependencies)):
            return
    row = dependencies.table.get(key)
    if row and row.due and not row.value.done:
        _write(row, [], row.value, dependencies.clock.now(), dependencies)
        dependencies.queue.wake(key.ref)


def _walk_page(key: Key[Walk], dependencies: Dependencies) -> bool:
    """One page; whether there is more for us to do. Raises Conflict where one of the mails was moved meanwhile."""
    owner, row = dependencies.table.get_many([keys.walk_owner(key), key])
    if row is None or row.due is None:
        return False
    if owner is None or _is_over(owner.value, row.value):
        # The two were not read in one moment: one that begins anew may have changed the walk already, and itself since.
        owner = dependencies.table.get(keys.walk_owner(key))
    if owner is None or _is_over(owner.value, row.value):
        _write(row, [], row.value, None, dependencies)
        return False
    leads = list(dependencies.table.leads(row.value.shard, row.value.after, _PAGE))
    page, now = Page(), dependencies.clock.now()
    if leads:
        match owner.value:
            case CampaignRun():
                page = _mails(owner.value, row.value, leads, dependencies, now)
            case Entries():
                page = _entries(owner.value, row.value, leads, dependencies, now)
    done = len(leads) < _PAGE
    after = advanced(
        row.value,
        passed=len(leads),
        after=leads[-1] if leads else "",
        taken=page.taken,
        canaries=page.canaries,
        last=page.last,
        done=done,
    )
    ours = _write(row, page.changes, after, None if done else now + _LEASE, dependencies)
    if ours and done:
        logger.info("walked", walk=key.ref, passed=after.passed, taken=after.taken)
        if owner.key.type is CampaignRun:
            dependencies.queue.wake(owner.key.ref)
    return ours and not done


def _is_over(owner: CampaignRun | Entries, walk: Walk) -> bool:
    return isinstance(owner, CampaignRun) and (not is_walking(owner) or owner.lap != walk.lap)


def _write(
    row: Row[Walk], changes: Sequence[Change], after: Walk, due: datetime | None, dependencies: Dependencies
) -> bool:
    """False if somebody else has moved the cursor. Raises Conflict where another row was in the way."""
    try:
        dependencies.table.write(Replace(row.key, after, row.version, due=due, lane=Lane.BULK), *changes)
    except Conflict as conflict:
        if 0 in conflict.at:
            return False
        raise
    return True


def _mails(run: CampaignRun, walk: Walk, leads: Sequence[str], dependencies: Dependencies, now: datetime) -> Page:
    bundle = dependencies.bundle(run.bundle)
    campaign, brand = bundle.campaigns[run.name], bundle.brand
    page, counted = Page(), dict[str, int]()
    for lead, planned, belongs in _known(campaign, leads, dependencies):
        if planned is None and not belongs:
            continue
        if planned is not None and not mailing.may_replan(planned.value, run):
            continue
        first = mailing.is_canary(campaign, lead.id)
        nth = walk.canaries + page.canaries if first else walk.taken - walk.canaries + page.taken - page.canaries
        wait = paced_delay(nth, walk.shard, campaign.per_hour, _HOUR) if campaign.per_hour else timedelta()
        at = mailing.send_time(campaign, run, lead_zone(lead, brand), first, wait)
        if planned is None:
            send = mailing.plan(campaign, bundle.emails[campaign.email], run, lead, at, now)
            pointer = SendPointer(lead=lead.id, email=send.email, campaign=run.name)
            page.changes.append(Create(keys.send_pointer(send.id), pointer))
            page.changes.append(Create(keys.send(lead.id, send.id), send, due=at, lane=ledger.lane(send)))
        else:
            send = mailing.replan(campaign, run, planned.value, at)
            page.changes.append(Replace(planned.key, send, planned.version, due=at, lane=ledger.lane(send)))
        page.take(at, first)
        for name, number in count_changes(planned.value if planned else None, send).items():
            counted[name] = counted.get(name, 0) + number
    if numbers := {name: number for name, number in counted.items() if number}:
        page.changes.append(Add(keys.campaign_count(run.name, walk.shard % COUNTERS), numbers))
    if freed := counted.get(HELD):
        page.changes.append(Add(keys.held_count(walk.shard % COUNTERS), {HELD: freed}))
    return page


def _known(
    campaign: Campaign, leads: Sequence[str], dependencies: Dependencies
) -> list[tuple[Profile, Row[Send] | None, bool]]:
    """Who is on the page, what was planned for them before, and whether they are meant."""
    asked_for = [
        *(keys.profile(lead) for lead in leads),
        *(keys.send(lead, mailing.campaign_send_id(campaign.name, lead)) for lead in leads),
        *(_membership(campaign, lead) for lead in leads),
    ]
    found = dependencies.table.get_many(asked_for)
    count = len(leads)
    together = zip(found[:count], found[count : 2 * count], found[2 * count :], strict=True)
    return [(profile.value, send, _belongs(campaign, member)) for profile, send, member in together if profile]


def _membership(campaign: Campaign, lead: str) -> Key[State] | Key[Send]:
    if campaign.recipients_of:
        return keys.send(lead, mailing.campaign_send_id(campaign.recipients_of, lead))
    return keys.state(lead)


def _belongs(campaign: Campaign, found: Row[State] | Row[Send] | None) -> bool:
    match found.value if found else None:
        case State(segments=segments):
            return campaign.segment in segments
        case Send(state=state):
            return state is SendState.ACCEPTED
    return False


def _entries(entries: Entries, walk: Walk, leads: Sequence[str], dependencies: Dependencies, now: datetime) -> Page:
    activities = [entry_activity(entries, lead, now) for lead in leads]
    found = dependencies.table.get_many(
        [
            *(keys.state(lead) for lead in leads),
            *(keys.activity(activity.lead, activity.at, activity.id) for activity in activities),
        ]
    )
    page = Page()
    for state, there, activity in zip(found[: len(leads)], found[len(leads) :], activities, strict=True):
        if there or state is None or entries.segment not in state.value.segments:
            continue
        pace = entries.per_minute
        wait = paced_delay(walk.taken + page.taken, walk.shard, pace, _MINUTE) if pace else timedelta()
        at = max(now, entries.at + wait)
        key = keys.activity(activity.lead, activity.at, activity.id)
        page.changes.append(Create(key, activity, due=at, lane=Lane.BULK))
        page.take(at)
    return page
