"""What a journey's steps want done: the engine says it, nurture.advance writes it down in the transaction that moves the
enrollment, so that each is done once."""

from dataclasses import dataclass, field

from ripen.ledger import Send


@dataclass(frozen=True, kw_only=True)
class PlanSend:
    send: Send


@dataclass(frozen=True, kw_only=True)
class Update:
    """Of the lead's profile; points become an activity that the fold takes in. `id` names this visit to this step."""

    id: str
    fields: dict[str, str] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    stage: str = ""
    points: float = 0
    words: dict[str, str] = field(default_factory=dict)
    """The reason for the points, by locale."""
    step: str = ""


@dataclass(frozen=True, kw_only=True)
class Notify:
    """A message in Slack, already in words."""

    id: str
    text: str
    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class WriteCrm:
    id: str
    task: str = ""
    due_days: int = 0
    campaign: str = ""
    status: str = ""
    owner: str = ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A webhook to call; its answer wakes the enrollment."""

    id: str
    step: str
    url: str
    body: dict[str, str]
    timeout_seconds: int


@dataclass(frozen=True, kw_only=True)
class EnterOther:
    """Asks for entry into another journey: that journey's `again` and `who` decide."""

    id: str
    journey: str


@dataclass(frozen=True, kw_only=True)
class LeaveOther:
    journey: str
    reason: str


Effect = PlanSend | Update | Notify | WriteCrm | Call | EnterOther | LeaveOther
