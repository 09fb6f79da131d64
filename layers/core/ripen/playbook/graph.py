"""The compiled journey: its steps, each naming the one after it, and who enters. Pinned by every enrollment.

A path that ends goes on after the step that it hangs on; `next` says so: the id of a step, or END.
"""

from typing import Literal

from msgspec import Struct

from ripen.playbook.clause import Clause, Condition

END = ""
"""As a step's `next`: the journey is over."""

Texts = dict[str, str]
Priority = Literal["high", "normal", "low"]


class Until(Struct, frozen=True, kw_only=True):
    """When a wait is over, counted from when the step began; what is set applies in this order (when.py says it exactly).

    Minutes and hours pass as they do; days, times and weekdays are the lead's own (time zone, DST). Business days and hours
    are the company's calendar.
    """

    seconds: int = 0
    """Elapsed time."""
    days: int = 0
    """Calendar days, at the same time of day."""
    business_days: int = 0
    business_seconds: int = 0
    date: str = ""
    """This very day, "2026-12-01"."""
    field: str = ""
    """The date that stands in this field of the lead …"""
    offset_days: int = 0
    """… and so many days after it (negative: before)."""
    yearly: bool = False
    """Its next return: the date itself where that is still to come, then each year; 29 February is the 28th in others."""
    weekdays: tuple[int, ...] = ()
    """The next of these days that is not over (0 is Monday)."""
    at: str = ""
    """The next such time of day, "10:00"."""
    business: bool = False
    """Moved on to a business day where it would be none."""


class SendStep(Struct, frozen=True, kw_only=True, tag="send"):
    id: str
    next: str = END
    email: str
    channel: Literal["email"] = "email"
    priority: Priority = "normal"
    capped: Literal["skip", "hold", "drop"] = "skip"
    """Over the cap: not sent and on with the journey; kept until there is room; or out of the journey."""
    expires_seconds: int = 7 * 86400
    """Not sent later than this after it was planned."""


class WaitStep(Struct, frozen=True, kw_only=True, tag="wait"):
    id: str
    next: str = END
    until: Until
    otherwise: str = END
    """Where who has no such date goes, or whose date is over: by default out at the end."""


class WaitPath(Struct, frozen=True, kw_only=True):
    """One of `when` and `after` is set."""

    name: str
    when: Clause | None = None
    after: Until | None = None
    next: str = END


class WaitForStep(Struct, frozen=True, kw_only=True, tag="wait_for"):
    """The first path that holds is taken, in their order; Did counts only what was done since the step began."""

    id: str
    paths: tuple[WaitPath, ...]


class Path(Struct, frozen=True, kw_only=True):
    name: str
    when: Clause
    next: str = END


class BranchStep(Struct, frozen=True, kw_only=True, tag="branch"):
    id: str
    paths: tuple[Path, ...]
    otherwise: str = END


class Share(Struct, frozen=True, kw_only=True):
    name: str
    weight: int = 1
    next: str = END


class SplitStep(Struct, frozen=True, kw_only=True, tag="split"):
    """By hash of (`by`, lead): who meets the same split again, in whatever journey, takes the same path."""

    id: str
    by: str
    paths: tuple[Share, ...]


class UpdateStep(Struct, frozen=True, kw_only=True, tag="update"):
    id: str
    next: str = END
    fields: dict[str, str] = {}
    """Liquid, by field."""
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    points: float = 0
    words: Texts = {}
    """The reason for the points."""
    stage: str = ""
    """A lifecycle stage (Bundle.stages); never a step back."""


class CrmStep(Struct, frozen=True, kw_only=True, tag="crm"):
    """One Task, one campaign membership, one owner, as far as each is set."""

    id: str
    next: str = END
    task: Texts = {}
    """Subject, Liquid."""
    due_days: int = 0
    campaign: str = ""
    """Salesforce id or name of the campaign …"""
    status: str = ""
    """… and the member's status there."""
    owner: str = ""
    """E-mail address of a Salesforce user."""


class NotifyStep(Struct, frozen=True, kw_only=True, tag="notify"):
    id: str
    next: str = END
    text: Texts
    """Liquid."""
    channel: str = ""
    """A Slack channel; "" is the sales channel."""


class WebhookStep(Struct, frozen=True, kw_only=True, tag="webhook"):
    """Waits for the answer: its JSON is `answers.<step id>.…` for clauses and mails after it."""

    id: str
    next: str = END
    url: str
    body: dict[str, str] = {}
    """Liquid, by key; the lead's id and the step are always there."""
    timeout_seconds: int = 10
    otherwise: str = END
    """Where to go on if no answer came after all attempts."""


class EnrolStep(Struct, frozen=True, kw_only=True, tag="enrol"):
    id: str
    next: str = END
    journey: str


class LeaveStep(Struct, frozen=True, kw_only=True, tag="leave"):
    """Takes the lead out of another journey."""

    id: str
    next: str = END
    journey: str


class JumpStep(Struct, frozen=True, kw_only=True, tag="jump"):
    id: str
    to: str
    most: int = 3
    """After so many jumps it goes on to `next` instead."""
    next: str = END


class ExitStep(Struct, frozen=True, kw_only=True, tag="exit"):
    id: str
    reason: str = "exit step"


Step = (
    SendStep
    | WaitStep
    | WaitForStep
    | BranchStep
    | SplitStep
    | UpdateStep
    | CrmStep
    | NotifyStep
    | WebhookStep
    | EnrolStep
    | LeaveStep
    | JumpStep
    | ExitStep
)


class OnActivity(Struct, frozen=True, kw_only=True, tag="activity"):
    kind: str
    subject: str = ""
    where: tuple[Condition, ...] = ()
    """About the activity's facts."""
    key: str = ""
    """The fact that tells runs apart (an order's number, a webinar's name); "" is the activity itself."""


class OnSegment(Struct, frozen=True, kw_only=True, tag="segment"):
    """Joining it; who was in it before the journey was published has not joined."""

    segment: str


class OnRank(Struct, frozen=True, kw_only=True, tag="rank"):
    rank: str


class OnField(Struct, frozen=True, kw_only=True, tag="field"):
    """Its value becomes another one that meets the condition."""

    when: Condition


class OnDate(Struct, frozen=True, kw_only=True, tag="date"):
    """A date of the lead's, `offset_days` after it (negative: before), at a time of the lead's day."""

    field: str
    offset_days: int = 0
    yearly: bool = False
    at: str = "09:00"
    leap: Literal["28 February", "1 March"] = "28 February"
    """When 29 February is in other years."""


class OnSchedule(Struct, frozen=True, kw_only=True, tag="schedule"):
    """Everyone in the segment, at each return of an RRULE (RFC 5545) in the brand's time zone."""

    rrule: str
    start: str
    """Local date and time of the first, "2026-12-01T09:00"."""
    segment: str


class OnRequest(Struct, frozen=True, kw_only=True, tag="request"):
    """A signed request asks in, with no other facts than these."""

    facts: tuple[str, ...] = ()
    key: str = ""
    """The fact that tells runs apart; "" is the request's own key."""


Trigger = OnActivity | OnSegment | OnRank | OnField | OnDate | OnSchedule | OnRequest


class Again(Struct, frozen=True, kw_only=True):
    """Who was in it: never again, after having left, after so long since the last entry, or once for each key (at the same
    time if need be)."""

    how: Literal["never", "after exit", "after", "by key"] = "never"
    seconds: int = 0


class Move(Struct, frozen=True, kw_only=True):
    """What becomes of who stands on a step that was changed or removed: goes on in the old graph, goes to a step of the new
    one, or leaves."""

    how: Literal["stay", "move", "exit"]
    to: str = ""


class Journey(Struct, frozen=True, kw_only=True):
    """`enrol`: any of them lets in (and a hand always may), if `who` holds. `goal` and `exit` take effect at once, also
    inside a wait; Did in them counts what was done since entering."""

    name: str
    enrol: tuple[Trigger, ...] = ()
    who: Clause | None = None
    again: Again = Again()
    goal: Clause | None = None
    exit: Clause | None = None
    first: str = END
    steps: tuple[Step, ...] = ()
    """In the order of the file."""
    moves: dict[str, Move] = {}
    """By id of the step that somebody may stand on."""
