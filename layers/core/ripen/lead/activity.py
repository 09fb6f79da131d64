"""An activity: one thing that a lead did, or that happened to a mail sent to the lead."""

from copy import replace
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ripen.decision import Decision, EmbeddedDecision, extract
from ripen.lead.lead import Touch


class Kind(StrEnum):
    """What the lead did, or what happened to the lead."""

    FORM_SUBMITTED = "form_submitted"
    PAGE_VIEWED = "page_viewed"
    PAGE_READ = "page_read"
    FILE_DOWNLOADED = "file_downloaded"
    LINK_FOLLOWED = "link_followed"
    """A link on a page that leads to another site (a link in a mail is LINK_CLICKED)."""
    LINK_CLICKED = "link_clicked"
    UNSUBSCRIBED = "unsubscribed"
    """Facts {send, why}: `why` is an UnsubscribeReason, if the lead gave one."""
    RESUBSCRIBED = "resubscribed"
    """The lead took its unsubscription back, on the same page; facts {send}."""
    CONFIRMED = "confirmed"
    """The lead pressed the button on the page of a confirmation mail; facts {send}."""
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED_BY_SALES = "rejected_by_sales"
    ACCEPTED_BY_SALES = "accepted_by_sales"
    OPTED_OUT_BY_SALES = "opted_out_by_sales"
    """Sales noted in the CRM that the person wants no mail or no calls."""
    OPTED_IN_BY_SALES = "opted_in_by_sales"
    """Sales took that note back. It is no consent: the lead gets what it agreed to before."""
    RECORD_DELETED = "record_deleted"
    """Sales deleted the record in the CRM."""
    RECORD_RESTORED = "record_restored"
    """Sales took the record out of the CRM's recycle bin."""
    RECORD_MERGED = "record_merged"
    """Sales merged the record into another one, which stands for the lead now; facts {record}."""
    OPPORTUNITY_OPENED = "opportunity_opened"
    """The CRM has an opportunity in which the lead has a contact role; facts {opportunity, stage}, values {amount}."""
    OPPORTUNITY_MOVED = "opportunity_moved"
    """An open opportunity with the lead got another stage; facts and values as above."""
    OPPORTUNITY_WON = "opportunity_won"
    OPPORTUNITY_LOST = "opportunity_lost"
    STATUS_CHANGED = "status_changed"
    """Sales gave the CRM's Lead another status; facts {status}."""
    OWNER_CHANGED = "owner_changed"
    """Sales gave the CRM's record another owner; facts {owner}, an id."""
    POINTS_GIVEN = "points_given"
    """By a journey's step; facts {points, journey, step, words.<locale>}."""
    UPDATED = "updated"
    """Fields, tags or stage of the lead, by a journey's step; facts {journey, step}."""
    ENTRY_ASKED = "entry_asked"
    """A request to enrol the lead in the journey named by `subject`; facts {key, by}."""
    CAMPAIGN_JOINED = "campaign_joined"
    """The lead joined a campaign of the CRM or got another status in it; facts {member, campaign, status, new}.
    `subject` is the campaign as journeys name it."""
    CONVERTED = "converted"
    """Sales converted the CRM's Lead into a Contact."""
    REPLIED = "replied"
    """The lead answered one of our mails in person; facts {send, message}."""


OWN_KINDS = (
    Kind.FORM_SUBMITTED,
    Kind.PAGE_VIEWED,
    Kind.PAGE_READ,
    Kind.FILE_DOWNLOADED,
    Kind.LINK_FOLLOWED,
    Kind.LINK_CLICKED,
)
"""The kinds of activities of the lead itself, on our pages and in our mails."""


OPPORTUNITY_KINDS = (
    Kind.OPPORTUNITY_OPENED,
    Kind.OPPORTUNITY_MOVED,
    Kind.OPPORTUNITY_WON,
    Kind.OPPORTUNITY_LOST,
)
"""The kinds that report the course of an opportunity."""
RECORD_KINDS = (
    Kind.CONVERTED,
    Kind.STATUS_CHANGED,
    Kind.OWNER_CHANGED,
    Kind.OPTED_OUT_BY_SALES,
    Kind.OPTED_IN_BY_SALES,
    Kind.RECORD_DELETED,
    Kind.RECORD_RESTORED,
    Kind.RECORD_MERGED,
)
"""The kinds that report what sales did with the lead's record in the CRM."""


class Verdict(StrEnum):
    """Whether a person or a machine did it. Verdicts can be revised later."""

    UNJUDGED = "unjudged"
    HUMAN = "human"
    MACHINE = "machine"
    REPEATED = "repeated"
    """A person's click on a link that was clicked seconds before: it counts for nothing but as a proof."""


class Classification(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Why a verdict was reached: the points that speak for a machine, their reasons, and the version of the rules."""

    points: int
    rules_version: int
    why: tuple[str, ...] = ()


class EarlierVerdict(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, array_like=True
):
    """A verdict that was revised, and until when it held."""

    until: datetime
    verdict: Verdict
    classification: Classification | None = None


class ConsentProof(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, array_like=True):
    """The wording that the lead agreed to, by its place in the playbook: bundles are never deleted."""

    purpose: str
    version: str
    locale: str
    bundle: str
    network: str = ""
    """A keyed hash of the network that it came from, "" if it is not known."""


class Activity(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One activity row of a lead.

    `subject` is the name of the form, page, file or email. `facts` hold what its kind needs, and no personal data; only
    `values` do:
    link_clicked {send, link, of, url, campaign, browser} and the signals of click_signals.py, form_submitted
    {source, page}, page_viewed {visitor, url, title, click}, bounced {send, type}, …
    """

    id: str
    lead: str
    kind: Kind
    at: datetime
    """When the activity happened, by the source's clock."""
    received: datetime
    subject: str = ""
    facts: dict[str, str] = {}
    touch: Touch | None = None
    verdict: Verdict = Verdict.HUMAN
    classification: Classification | None = None
    """The reasons for the verdict; None for an activity that no rule classified."""
    folded: datetime | None = None
    """When score.react folded it into the lead's state; None: not yet."""
    visit_keys: tuple[str, ...] = ()
    """Sort keys of the visits that were assigned to the lead in the same transaction; they are folded together with
    it."""
    consent: ConsentProof | None = None
    """The consent that the lead gave with the form."""
    decisions: tuple[EmbeddedDecision, ...] = ()
    """What was decided when the activity was folded, and when its verdict was revised."""
    earlier_verdicts: tuple[EarlierVerdict, ...] = ()
    """Those before the present verdict, oldest first."""
    values: dict[str, str] = {}
    """The values of the lead that it set, by name (values.py), or those of an opportunity {amount}."""


def happened_at(activity: Activity) -> datetime:
    """Return when the activity counts as done: the source's time, but never later than we received it."""
    return min(activity.at, activity.received)


def as_judged_at(activity: Activity, moment: datetime) -> Activity:
    """Return the activity with the verdict that it had at that moment."""
    held = next((earlier for earlier in activity.earlier_verdicts if moment < earlier.until), None)
    return replace(activity, verdict=held.verdict, classification=held.classification) if held else activity


def with_verdict_of(activity: Activity, revised: Activity, now: datetime) -> Activity:
    """Return `revised`, which is the activity as it is judged now, with the verdict before, if that was another."""
    if activity.verdict is revised.verdict:
        return revised
    held = EarlierVerdict(until=now, verdict=activity.verdict, classification=activity.classification)
    return replace(revised, earlier_verdicts=(*activity.earlier_verdicts, held))


def decisions_inside(activity: Activity) -> tuple[Decision, ...]:
    """Return the decisions inside the activity, each at the time of the fold."""
    at = activity.folded or activity.received
    return tuple(
        extract(embedded, activity.lead, activity.id, number, at)
        for number, embedded in enumerate(activity.decisions, 1)
    )
