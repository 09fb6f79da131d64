"""What a journey's steps want done: the engine says it, nurture.advance writes it down in the transaction that moves the
enrollment, so that each is done once."""

from msgspec import Struct

from ripen.mail.ledger import Send


class PlanSend(Struct, frozen=True, kw_only=True):
    send: Send


class Update(Struct, frozen=True, kw_only=True):
    """Of the lead's profile; points become an activity that the fold takes in. `id` names this visit to this step."""

    id: str
    fields: dict[str, str] = {}
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    stage: str = ""
    points: float = 0
    words: dict[str, str] = {}
    """The reason for the points, by locale."""
    step: str = ""


class Notify(Struct, frozen=True, kw_only=True):
    """A message in Slack, already in words."""

    id: str
    text: str
    channel: str = ""


class WriteCrm(Struct, frozen=True, kw_only=True):
    id: str
    task: str = ""
    due_days: int = 0
    campaign: str = ""
    status: str = ""
    owner: str = ""


class Call(Struct, frozen=True, kw_only=True):
    """A webhook to call; its answer wakes the enrollment."""

    id: str
    step: str
    url: str
    body: dict[str, str]
    timeout_seconds: int


class EnterOther(Struct, frozen=True, kw_only=True):
    """Asks for entry into another journey: that journey's `again` and `who` decide."""

    id: str
    journey: str


class LeaveOther(Struct, frozen=True, kw_only=True):
    journey: str
    reason: str


Effect = PlanSend | Update | Notify | WriteCrm | Call | EnterOther | LeaveOther
