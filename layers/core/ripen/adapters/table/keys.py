"""The keys of all rows. Keys are built and parsed here and nowhere else; docs/data-model.md lists them.

A Key carries the type of its row's value: `table.get(keys.profile(lead))` is a `Row[Profile] | None`.
"""

from datetime import UTC, datetime
from typing import Any, cast

from ripen.adapters.table.key import Key
from ripen.agenda import Ref
from ripen.campaign.campaign_run import CampaignRun
from ripen.campaign.counts import Counts
from ripen.campaign.walk import Entries, Refolding, Schedule, Walk
from ripen.capture.quarantine import Quarantined
from ripen.crm.call_gate import CrmGate
from ripen.crm.incoming.membership import MemberPoll
from ripen.crm.incoming.opportunity import Account, OpenOpportunities, OpportunityPoll
from ripen.crm.incoming.opportunity_course import KnownOpportunity
from ripen.crm.incoming.opt_out import OBJECTS, OptOutPoll
from ripen.decision import Decision
from ripen.hand_off.hand_off import Turns, Waiting
from ripen.journey.crm_request import CrmRequest
from ripen.journey.enrollment import Enrollment
from ripen.journey.webhook_call import WebhookCall
from ripen.lead.activity import Activity
from ripen.lead.contact import ConsentRecord, Contact, Suppression
from ripen.lead.history import HistoryPage
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail.ledger import Send
from ripen.mail.limits.breaker import Breaker
from ripen.mail.limits.send_rate import MailRelease
from ripen.mail.limits.warm_up import WarmUp
from ripen.marks import CrmMark
from ripen.pointers import Pointer, Seen
from ripen.settings import ClockOffset, LastPush, LivePlaybook, Published, Shadow, Stop
from ripen.slack.action import CardAction
from ripen.slack.alert import Alert
from ripen.tracking.visitor import Crossing, Join, VisitorPointer


def _timestamp(at: datetime) -> str:
    """Return the time as text that sorts by time: 2026-11-21T10:00:00.000Z."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def profile(lead: str) -> Key[Profile]:
    return Key(f"lead#{lead}", "profile", Profile)


def state(lead: str) -> Key[State]:
    return Key(f"lead#{lead}", "state", State)


def contact(lead: str) -> Key[Contact]:
    return Key(f"lead#{lead}", "contact", Contact)


def activity(lead: str, at: datetime, id: str) -> Key[Activity]:
    return Key(f"lead#{lead}", f"activity#{_timestamp(at)}#{id}", Activity)


def history_page(lead: str, activities: int) -> Key[HistoryPage]:
    """Return the key of the page that ends with the lead's activity of that number, in the order of folds."""
    return Key(f"lead#{lead}", f"history#{activities:08}", HistoryPage)


def activities_since(at: datetime) -> str:
    """Return the lowest sort key of activities from that time on, for `table.between`."""
    return f"activity#{_timestamp(at)}"


ACTIVITIES_END = "activity#~"
"""Above the sort keys of all activities."""


def crm_mark(lead: str) -> Key[CrmMark]:
    return Key(f"lead#{lead}", "due#crm", CrmMark)


def enrollment(lead: str, journey: str, key: str) -> Key[Enrollment]:
    return Key(f"lead#{lead}", f"enrollment#{journey}#{key}", Enrollment)


def send(lead: str, id: str) -> Key[Send]:
    return Key(f"lead#{lead}", f"send#{id}", Send)


def alert(lead: str, id: str) -> Key[Alert]:
    return Key(f"lead#{lead}", f"alert#{id}", Alert)


def action(lead: str, id: str) -> Key[CardAction]:
    return Key(f"lead#{lead}", f"action#{id}", CardAction)


def crm_request(lead: str, id: str) -> Key[CrmRequest]:
    return Key(f"lead#{lead}", f"request#{id}", CrmRequest)


def call(lead: str, id: str) -> Key[WebhookCall]:
    return Key(f"lead#{lead}", f"call#{id}", WebhookCall)


def join(lead: str, visitor: str) -> Key[Join]:
    return Key(f"lead#{lead}", f"join#{visitor}", Join)


def visitor_pointer(visitor: str) -> Key[VisitorPointer]:
    return Key(f"visitor#{visitor}", "lead", VisitorPointer)


def visit(visitor: str, at: datetime, id: str) -> Key[Activity]:
    """Return the key of a visitor's activity, with the same sort key that the activity has under a lead."""
    return Key(f"visitor#{visitor}", activity("", at, id).sk, Activity)


def crossing(click: str) -> Key[Crossing]:
    return Key(f"bridge#{click}", "-", Crossing)


def activity_at(lead: str, sk: str) -> Key[Activity]:
    return Key(f"lead#{lead}", sk, Activity)


def consent(lead: str, at: datetime, id: str) -> Key[ConsentRecord]:
    return Key(f"lead#{lead}", f"consent#{_timestamp(at)}#{id}", ConsentRecord)


def decision(lead: str, at: datetime, id: str) -> Key[Decision]:
    return Key(f"lead#{lead}", f"decision#{_timestamp(at)}#{id}", Decision)


def address(email_hash: str) -> Key[Pointer]:
    return Key(f"email#{email_hash}", "lead", Pointer)


def suppression(email_hash: str) -> Key[Suppression]:
    return Key(f"email#{email_hash}", "suppression", Suppression)


def crm_pointer(crm_id: str) -> Key[Pointer]:
    return Key(f"crm#{crm_id}", "lead", Pointer)


def seen(source: str, id: str) -> Key[Seen]:
    return Key(f"seen#{source}#{id}", "-", Seen)


def quarantine(form: str, at: datetime, id: str) -> Key[Quarantined]:
    """Return the key of a submission that looks like a machine's; a person may release it."""
    return Key(f"quarantine#{form}", f"submission#{_timestamp(at)}#{id}", Quarantined)


def campaign(name: str) -> Key[CampaignRun]:
    return Key(f"campaign#{name}", "-", CampaignRun)


def campaign_count(name: str, counter: int) -> Key[Counts]:
    """Return the key of one of a campaign's counters, in a partition of its own: one takes 1,000 units a second."""
    return Key(f"count#{name}#{counter}", "count", Counts)


def held_count(counter: int) -> Key[Counts]:
    """Return the key of one of the counters of held mails, over all journeys and campaigns."""
    return Key(f"held#{counter}", "count", Counts)


def requested_mails(hour: datetime) -> Key[Counts]:
    """Return the key of the counts of transactional mails in one hour, by the name of the mail."""
    return Key("setting#requested", f"count#{_timestamp(hour)[:13]}", Counts)


def warm_up_count(provider: str, day: str) -> Key[Counts]:
    """Return the key of the count of marketing mails to one mailbox provider on one day of a warm-up."""
    return Key(f"warm-up#{provider}", f"count#{day}", Counts)


def inbox_mails(inbox_hash: str, day: str) -> Key[Counts]:
    return Key(f"inbox#{inbox_hash}", f"count#{day}", Counts)


def campaign_alert(name: str, id: str) -> Key[Alert]:
    return Key(f"campaign#{name}", f"alert#{id}", Alert)


def entries(journey: str, segment: str, key: str) -> Key[Entries]:
    return Key(f"entries#{journey}#{segment}#{key}", "-", Entries)


def schedule(journey: str) -> Key[Schedule]:
    return Key(f"schedule#{journey}", "-", Schedule)


def walk(of: Key[CampaignRun] | Key[Entries] | Key[Refolding], shard: int) -> Key[Walk]:
    return Key(of.pk, f"walk#{shard}", Walk)


def walk_owner(walk: Key[Walk]) -> Key[CampaignRun] | Key[Entries]:
    return cast("Key[CampaignRun] | Key[Entries]", Key(walk.pk, "-", _OWNERS[walk.pk.partition("#")[0]]))


def account(id: str) -> Key[Account]:
    """Return the key of an account; all accounts share a partition, so that one query reads them."""
    return Key(OPPORTUNITIES.pk, f"account#{id}", Account)


def deal(token: str) -> Key[OpenOpportunities]:
    return Key(f"deal#{token}", "-", OpenOpportunities)


def opportunity(id: str) -> Key[KnownOpportunity]:
    return Key(f"opportunity#{id}", "-", KnownOpportunity)


def turns(team: str) -> Key[Turns]:
    return Key(f"team#{team}", "-", Turns)


def waiting_hand_off(team: str, alert: str) -> Key[Waiting]:
    return Key(f"team#{team}", f"handoff#{alert}", Waiting)


def opt_outs(object: str) -> Key[OptOutPoll]:
    return Key(f"poll#opt-outs#{object}", "-", OptOutPoll)


OLD_OPT_OUTS = Key("poll#opt-outs", "-", OptOutPoll)
MEMBERS = Key("poll#members", "-", MemberPoll)
OPPORTUNITIES = Key("poll#opportunities", "-", OpportunityPoll)
REFOLDING = Key("refold#leads", "-", Refolding)
STOP = Key("setting#stop", "-", Stop)
SHADOW = Key("setting#shadow", "-", Shadow)
BREAKER = Key("setting#breaker", "-", Breaker)
CRM_GATE = Key("setting#crm", "-", CrmGate)
SLOTS = Key("setting#slots", "-", MailRelease)
WARM_UP = Key("setting#warm-up", "-", WarmUp)
PUSH = Key("setting#push", "-", LastPush)
CLOCK = Key("setting#clock", "-", ClockOffset)
LIVE = Key("setting#bundle", "-", LivePlaybook)
PUBLISHED = Key("setting#published", "-", Published)

_TYPES: dict[str, type[Any]] = {
    "profile": Profile,
    "state": State,
    "contact": Contact,
    "activity": Activity,
    "history": HistoryPage,
    "submission": Quarantined,
    "due#crm": CrmMark,
    "enrollment": Enrollment,
    "send": Send,
    "alert": Alert,
    "action": CardAction,
    "request": CrmRequest,
    "call": WebhookCall,
    "join": Join,
    "consent": ConsentRecord,
    "decision": Decision,
    "walk": Walk,
    "count": Counts,
    "account": Account,
    "handoff": Waiting,
    "suppression": Suppression,
}
_OWNERS = dict[str, type[Any]](
    campaign=CampaignRun, entries=Entries, schedule=Schedule, poll=MemberPoll, refold=Refolding, team=Turns
)
"""Types of rows with the sort key "-", by the kind in their partition key."""
_POLLS: dict[str, Any] = {OPPORTUNITIES.pk: OpportunityPoll} | {opt_outs(name).pk: OptOutPoll for name in OBJECTS}
"""Exceptions of _OWNERS, by partition key."""


def kind(ref: Ref | str) -> str:
    """Return the kind of the row, which decides which worker is woken: "activity", "send", "due#crm", "campaign", …."""
    pk, _, sk = ref.partition("|")
    owner = pk.partition("#")[0]
    return owner if sk == "-" or owner == "refold" else _kind(sk)  # walks of a recalculation have their own worker


def _kind(sk: str) -> str:
    return sk if sk.startswith("due#") else sk.partition("#")[0]


def parse(ref: Ref | str) -> Key[Any]:
    """Return the key of a row from its `Key.ref`. Raises ValueError for any other text."""
    pk, found, sk = ref.partition("|")
    type = _POLLS.get(pk, _OWNERS.get(kind(ref))) if sk == "-" else _TYPES.get(_kind(sk))
    owners = ("lead", "visitor", "email", "quarantine", *_OWNERS)
    if not found or type is None or pk.partition("#")[0] not in owners or "#" not in pk:
        raise ValueError(f"not the reference of a row: {ref!r}")
    return Key(pk, sk, type)


def typed[T](key: Key[Any], type: type[T]) -> Key[T]:
    """Return the key, typed. Raises ValueError if its row has another type."""
    if key.type is not type:
        raise ValueError(f"{key.ref} is not the key of a {type.__name__}")
    return cast("Key[T]", key)
