"""The compiled journey: its triggers and its steps. Every enrollment is pinned to the bundle with its graph.

Each step names its successor in `next`: the id of a step, or END. The last step of a path goes on after the step that
the path belongs to. A step says in `next_by_path` which paths it has (paths.py), and in `waits` whether an
enrollment can rest on it.
"""

from typing import Literal

from msgspec import Struct

from ripen.decision import Reason
from ripen.playbook.clause import Clause
from ripen.playbook.paths import ANSWERED, ELSE, END, OTHERWISE, THEN, AnyStep, OneWayStep, next_by_name
from ripen.playbook.trigger import Trigger

Texts = dict[str, str]
"""A text by locale."""
Priority = Literal["high", "normal", "low"]


class Until(Struct, frozen=True, kw_only=True):
    """When a wait ends, counted from the start of the step. The fields apply in this order (wait_end.py).

    Days, times of day and weekdays are in the lead's time zone; business days and hours follow the company's calendar.
    """

    seconds: int = 0
    """Elapsed time."""
    days: int = 0
    """Calendar days, at the same time of day."""
    business_days: int = 0
    business_seconds: int = 0
    date: str = ""
    """A fixed day, "2026-12-01"."""
    field: str = ""
    """Name of the lead's field that contains the day."""
    offset_days: int = 0
    """Days after the date in `field`; a negative number is before it."""
    yearly: bool = False
    """Whether the date returns each year; 29 February is the 28th in other years."""
    weekdays: tuple[int, ...] = ()
    """Move on to the next of these weekdays (0 is Monday); today counts unless it is over."""
    at: str = ""
    """Time of day at which the wait ends, "10:00"."""
    business: bool = False
    """Move on to the next business day if the day is none."""


class SendStep(OneWayStep, frozen=True, kw_only=True, tag="send"):
    """Sends one email."""

    email: str
    channel: Literal["email"] = "email"
    priority: Priority = "normal"
    capped: Literal["skip", "hold", "drop"] = "skip"
    """What happens over the frequency cap: skip the mail, hold it until the cap allows it, or exit the journey
    ("drop")."""
    expires_seconds: int = 7 * 86400
    """A mail that is this much overdue is not sent."""


class WaitStep(OneWayStep, frozen=True, kw_only=True, tag="wait"):
    """Waits for a time."""

    waits = True
    until: Until
    otherwise: str = END
    """The next step for a lead without such a date, or whose date is over; by default the journey ends."""

    @property
    def next_by_path(self) -> dict[str, str]:
        """After the wait, or without a date to wait for."""
        return {THEN: self.next, OTHERWISE: self.otherwise}


class WaitPath(Struct, frozen=True, kw_only=True):
    """One path of a wait_for step. Either `when` or `after` is set."""

    name: str
    when: Clause | None = None
    after: Until | None = None
    next: str = END


class WaitForStep(AnyStep, frozen=True, kw_only=True, tag="wait_for"):
    """Waits until a path holds and takes the first one that does. Did counts only activities since the step began."""

    waits = True
    paths: tuple[WaitPath, ...]

    @property
    def next_by_path(self) -> dict[str, str]:
        """One for each path."""
        return next_by_name(self.paths)


class Path(Struct, frozen=True, kw_only=True):
    """One path of a branch."""

    name: str
    when: Clause
    next: str = END


class BranchStep(AnyStep, frozen=True, kw_only=True, tag="branch"):
    """Takes the first path whose clause holds, else `otherwise`."""

    paths: tuple[Path, ...]
    otherwise: str = END

    @property
    def next_by_path(self) -> dict[str, str]:
        """One for each path, and one for all other leads."""
        return {**next_by_name(self.paths), ELSE: self.otherwise}


class Share(Struct, frozen=True, kw_only=True):
    """One path of a split, with its weight."""

    name: str
    weight: int = 1
    next: str = END


class SplitStep(AnyStep, frozen=True, kw_only=True, tag="split"):
    """Chooses a path by the hash of (`by`, lead), so a lead takes the same path of the same split in every journey."""

    by: str
    paths: tuple[Share, ...]

    @property
    def next_by_path(self) -> dict[str, str]:
        """One for each path."""
        return next_by_name(self.paths)


class UpdateStep(OneWayStep, frozen=True, kw_only=True, tag="update"):
    """Changes fields, tags, points or the stage of the lead."""

    fields: dict[str, str] = {}
    """New values in Liquid, by field."""
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    points: float = 0
    words: Texts = {}
    """The reason for the points."""
    stage: str = ""
    """A lifecycle stage (Bundle.stages). A lead never moves back to an earlier stage."""


class CrmStep(OneWayStep, frozen=True, kw_only=True, tag="crm"):
    """Creates a Task, a campaign membership and an owner in the CRM, as far as each is set."""

    task: Texts = {}
    """Subject of the Task by locale, in Liquid."""
    due_days: int = 0
    campaign: str = ""
    """Salesforce id or name of the campaign."""
    status: str = ""
    """The member's status in that campaign."""
    replaces: tuple[str, ...] | None = None
    """The statuses that this one may replace; None: any."""
    owner: str = ""
    """E-mail address of a Salesforce user."""


class NotifyStep(OneWayStep, frozen=True, kw_only=True, tag="notify"):
    """Posts a message in Slack."""

    text: Texts
    """The message by locale, in Liquid."""
    channel: str = ""
    """A Slack channel; "" is the sales channel."""


class HandOffStep(OneWayStep, frozen=True, kw_only=True, tag="hand_off"):
    """Hands the lead off to sales, whatever its rank."""

    text: Texts
    """Why sales gets the lead, by locale, in Liquid."""


class WebhookStep(OneWayStep, frozen=True, kw_only=True, tag="webhook"):
    """Calls a URL and waits for the answer; later clauses and mails can use its JSON as `answers.<step id>.…`."""

    waits = True
    url: str
    body: dict[str, str] = {}
    """Values in Liquid, by key; the lead's id and the step are always sent."""
    timeout_seconds: int = 10
    otherwise: str = END
    """The next step if all attempts failed."""

    @property
    def next_by_path(self) -> dict[str, str]:
        """With an answer, and without one."""
        return {ANSWERED: self.next, OTHERWISE: self.otherwise}


class EnrolStep(OneWayStep, frozen=True, kw_only=True, tag="enrol"):
    """Enrols the lead in another journey."""

    journey: str


class LeaveStep(OneWayStep, frozen=True, kw_only=True, tag="leave"):
    """Takes the lead out of another journey."""

    journey: str


class JumpStep(OneWayStep, frozen=True, kw_only=True, tag="jump"):
    """Goes on at another step, which may be an earlier one."""

    to: str
    most: int = 3
    """After this many jumps the journey goes on to `next` instead."""

    @property
    def successors(self) -> tuple[str, ...]:
        """The step it jumps to, and the one after it."""
        return self.to, self.next


class ExitStep(AnyStep, frozen=True, kw_only=True, tag="exit"):
    """Exits the journey."""

    reason: str = Reason.EXIT_STEP


Step = (
    SendStep
    | WaitStep
    | WaitForStep
    | BranchStep
    | SplitStep
    | UpdateStep
    | CrmStep
    | NotifyStep
    | HandOffStep
    | WebhookStep
    | EnrolStep
    | LeaveStep
    | JumpStep
    | ExitStep
)


class Again(Struct, frozen=True, kw_only=True):
    """When a lead may enter again: never, after leaving, after some time, or once for each key.

    Entries with different keys may be active at the same time.
    """

    how: Literal["never", "after exit", "after", "by key"] = "never"
    seconds: int = 0


class Move(Struct, frozen=True, kw_only=True):
    """What happens to a lead that waits on a changed or removed step.

    The lead stays in the old graph, moves to a step of the new one, or exits the journey.
    """

    how: Literal["stay", "move", "exit"]
    to: str = ""


class Journey(Struct, frozen=True, kw_only=True):
    """A journey: any trigger of `enrol`, or a manual request, enrols a lead that meets `who`.

    `goal` and `exit` take effect at once, also during a wait. Did in them counts activities since the entry.
    """

    name: str
    title: Texts = {}
    """The name that people read; {} where the file's name stands in."""
    enrol: tuple[Trigger, ...] = ()
    who: Clause | None = None
    again: Again = Again()
    goal: Clause | None = None
    exit: Clause | None = None
    first: str = END
    steps: tuple[Step, ...] = ()
    """In the order of the file."""
    moves: dict[str, Move] = {}
    """By the id of the step on which leads may be waiting."""
