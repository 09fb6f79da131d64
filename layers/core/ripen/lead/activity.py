"""An activity: one thing that a lead did, or that happened to a mail we sent it."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ripen.lead.lead import Touch


class Kind(StrEnum):
    FORM_SUBMITTED = "form_submitted"
    PAGE_VIEWED = "page_viewed"
    PAGE_READ = "page_read"
    FILE_DOWNLOADED = "file_downloaded"
    LINK_FOLLOWED = "link_followed"
    """Out of a page to another site; a link in a mail is clicked."""
    LINK_CLICKED = "link_clicked"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED_BY_SALES = "rejected_by_sales"
    ACCEPTED_BY_SALES = "accepted_by_sales"
    POINTS_GIVEN = "points_given"
    """By a journey's step: facts {points, journey, step, words.<locale>}."""
    UPDATED = "updated"
    """Fields, tags or stage, by a journey's step: facts {journey, step}."""
    ENTRY_ASKED = "entry_asked"
    """Into the journey that is its subject: facts {key, by}."""
    CAMPAIGN_JOINED = "campaign_joined"
    """Of the CRM, or another status in it; its subject is the campaign as journeys name it: facts {member, campaign, status, new}."""
    CONVERTED = "converted"
    """By sales: the Lead that stood for it in the CRM is a Contact now."""
    REPLIED = "replied"
    """To a mail of ours, in person: facts {send, message}."""


class Verdict(StrEnum):
    """Who did it; apart from the activity, so that it can be revised."""

    UNJUDGED = "unjudged"
    HUMAN = "human"
    MACHINE = "machine"


class Judgement(Struct, frozen=True, kw_only=True):
    """How a verdict came about: the points for a machine, each reason behind them, and the version of the rules."""

    points: int
    rules_version: int
    why: tuple[str, ...] = ()


class Activity(Struct, frozen=True, kw_only=True):
    """`subject` is the name of what it was done to: the form, page, file or email. `facts` hold what that kind needs:
    link_clicked {send, link, of, url, campaign} and the signals of hit.py, form_submitted {source, page}, page_viewed {visitor, url,
    title, click}, bounced {send, type}, … No personal data there.
    """

    id: str
    lead: str
    kind: Kind
    at: datetime
    """When it happened, by the source's clock."""
    received: datetime
    subject: str = ""
    facts: dict[str, str] = {}
    touch: Touch | None = None
    verdict: Verdict = Verdict.HUMAN
    judgement: Judgement | None = None
    """Why that verdict, where it was judged."""
    folded: datetime | None = None
    """When score.react took it into the lead's state; None means not yet."""
    visit_keys: tuple[str, ...] = ()
    """Sort keys of the visits that became the lead's together with it: they are folded in one go."""


def happened_at(activity: Activity) -> datetime:
    """Return when it counts as done: the time by the source's clock, but never later than we received it."""
    return min(activity.at, activity.received)
