"""Count the people at each step of a journey, and the outcomes of its mails, row by row."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from ripen.adapters.table import Row, Table
from ripen.decision import Reason
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import State
from ripen.mail.ledger import Send, SendState
from ripen.operations.leads.scan import scan_rows
from ripen.operations.progress import Progress, silent


@dataclass
class Counts:
    """`here` counts people by step; `mails` counts by step and outcome: "sent", "held", "planned" … or the reason."""

    here: Counter[str] = field(default_factory=Counter)
    mails: Counter[tuple[str, str]] = field(default_factory=Counter)
    entered: int = 0
    finished: int = 0
    left: Counter[str] = field(default_factory=Counter)
    """People who left before the end, by reason."""
    clicked: Counter[str] = field(default_factory=Counter)
    """People who clicked a link in the mail of a step, by step."""
    clickers: int = 0
    """People who clicked a link in any of the journey's mails."""

    @property
    def reached_goal(self) -> int:
        """People who left because they reached the goal."""
        return self.left[Reason.GOAL_REACHED]

    @property
    def left_early(self) -> list[tuple[str, int]]:
        """People who left for any other reason, by reason, the most frequent first."""
        return [(why, count) for why, count in self.left.most_common() if why != Reason.GOAL_REACHED]

    def mails_of(self, step: str) -> list[tuple[str, int]]:
        """Return the outcomes of one step's mails, the most frequent first."""
        found = [(outcome, count) for (at, outcome), count in self.mails.items() if at == step]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def count_journey(table: Table, journey: str, progress: Progress = silent) -> Counts:
    """Count all enrollments of the journey so far, their mails, and the people who clicked in these."""
    total, steps, clicks = Counts(), dict[str, str](), set[tuple[str, str]]()
    for row in _rows(table, journey, progress):
        match row.value:
            case Enrollment() as enrollment:
                _enrolled(total, enrollment)
            case Send() as send if send.origin == journey and not send.campaign:
                total.mails[send.step, _outcome(send)] += 1
                steps[send.id] = send.step
            case Activity(kind=Kind.LINK_CLICKED, verdict=Verdict.HUMAN) as click:
                clicks.add((click.lead, click.facts.get("send", "")))
    in_mails = {(lead, steps[send]) for lead, send in clicks if send in steps}
    total.clicked = Counter(step for _, step in in_mails)
    total.clickers = len({lead for lead, _ in in_mails})
    return total


def _rows(table: Table, journey: str, progress: Progress) -> Iterator[Row[object]]:
    """Yield the journey's enrollments, mails and the activities of leads with mails; other mails are among them."""
    enrollments = f"enrollment#{journey}#"

    def was_enrolled(state: State) -> bool:
        return journey in state.journeys

    def rows(lead: str) -> Iterator[Row[object]]:
        yield from table.under(lead, enrollments)
        sends = list(table.under(lead, "send#"))
        yield from sends
        if any(row.value.origin == journey and row.value.state is SendState.ACCEPTED for row in sends):
            yield from table.under(lead, "activity#")

    clicks = {"activity#": f'"kind":"{Kind.LINK_CLICKED}"'}
    named = f'"origin":{msgspec.json.encode(journey).decode()}'
    return scan_rows(table, was_enrolled, rows, {enrollments: "", "send#": named} | clicks, progress)


def _enrolled(total: Counts, enrollment: Enrollment) -> None:
    total.entered += 1
    match enrollment.state:
        case EnrollmentState.ACTIVE:
            total.here[enrollment.step] += 1
        case EnrollmentState.FINISHED:
            total.finished += 1
        case EnrollmentState.EXITED:
            total.left[enrollment.reason] += 1


def _outcome(send: Send) -> str:
    match send.state:
        case SendState.ACCEPTED:
            return "sent"
        case SendState.SKIPPED | SendState.FAILED:
            return send.reason
        case _:
            return str(send.state)
