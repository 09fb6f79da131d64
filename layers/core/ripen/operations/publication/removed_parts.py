"""Parts of the playbook that a new one removes although people in journeys are still on the way to them.

An enrollment follows the graph that it started with, and that graph names mails, segments and other parts. A mail is
then taken from the playbook of the enrollment; the other parts have no effect any more.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ripen.journey.enrollment import Enrollment
from ripen.journey.routing import next_step, steps_by_id, waiting_step
from ripen.lead.activity import Kind
from ripen.playbook.bundle import Bundle
from ripen.playbook.clause import Belongs, Clause, Did, subclauses
from ripen.playbook.graph import BranchStep, EnrolStep, Journey, SendStep, Step, UpdateStep, WaitForStep
from ripen.playbook.titles import Folder, title_and_name
from ripen.words import Words, quoted


class Part(StrEnum):
    """A kind of part that a journey names."""

    EMAIL = "email"
    SEGMENT = "segment"
    FORM = "form"
    PAGE = "page"
    JOURNEY = "journey"
    STAGE = "stage"


_PARTS = {Kind.FORM_SUBMITTED: Part.FORM, Kind.PAGE_VIEWED: Part.PAGE, Kind.PAGE_READ: Part.PAGE}
_FOLDERS: dict[Part, Folder] = {
    Part.EMAIL: "emails",
    Part.SEGMENT: "segments",
    Part.FORM: "forms",
    Part.PAGE: "pages",
    Part.JOURNEY: "journeys",
}
_NOUNS = {
    Part.EMAIL: Words("mail", "メール"),
    Part.SEGMENT: Words("segment", "セグメント"),
    Part.FORM: Words("form", "フォーム"),
    Part.PAGE: Words("page", "ページ"),
    Part.JOURNEY: Words("journey", "シナリオ"),
    Part.STAGE: Words("stage", "ステージ"),
}
_CONSEQUENCES = {
    Part.EMAIL: Words(
        "They get it as it is in the version that they started with.", "開始したときの版の文面で送られます。"
    ),
    Part.SEGMENT: Words(
        "From now on nobody is in it, and conditions that ask about it are judged so.",
        "公開後は、このセグメントには誰もいないものとして条件を判定します。",
    ),
    Part.FORM: Words("Nobody can send it any more.", "公開後は、このフォームを送信できる人はいません。"),
    Part.PAGE: Words("Nobody can open it any more.", "公開後は、このページを開ける人はいません。"),
    Part.JOURNEY: Words("The step enrols nobody any more.", "公開後は、この手順では誰も登録されません。"),
    Part.STAGE: Words("The step leaves the stage as it is.", "公開後は、この手順ではステージが変わりません。"),
}


@dataclass(frozen=True, order=True)
class RemovedPart:
    """A part that is removed, and how many people in a journey are still on the way to it."""

    journey: str
    part: Part
    name: str
    people: int
    titles: tuple[Words, Words] = field(compare=False)
    """Of the journey and of the part, as people read them."""

    @property
    def words(self) -> Words:
        """What it means for these people."""
        are, noun, then = "person is" if self.people == 1 else "people are", _NOUNS[self.part], _CONSEQUENCES[self.part]
        journey, part = map(quoted, self.titles)
        return Words(
            f"{self.people} {are} in {journey.en} on the way to the {noun.en} {part.en}, which is removed. {then.en}",
            f"シナリオ{journey.ja}の {self.people} 人は、削除される{noun.ja}{part.ja}にこれから進みます。{then.ja}",
        )

    def plain(self) -> dict[str, Any]:
        """Return what `--json` prints: a contract for scripts."""
        return {"journey": self.journey, "part": self.part, "name": self.name, "people": self.people}


def removes_parts(live: Bundle | None, new: Bundle) -> bool:
    """Return whether a part that a journey may name is removed."""
    return live is not None and any(_removed(live, new).values())


def removed_parts(
    enrollments: Iterable[Enrollment], live: Bundle | None, new: Bundle, bundle: Callable[[str], Bundle]
) -> list[RemovedPart]:
    """Return the removed parts that people need who follow an old graph to its end; `bundle` reads one by its hash."""
    if live is None or not removes_parts(live, new):
        return []
    removed, count = _removed(live, new), Counter[tuple[str, Part, str]]()
    for enrollment in enrollments:
        pinned = bundle(enrollment.bundle).journeys[enrollment.journey]
        if not _is_moved(enrollment, pinned, new):
            count.update(
                (enrollment.journey, part, name) for part, name in _needs(enrollment, pinned) if name in removed[part]
            )
    return sorted(
        RemovedPart(journey, part, name, people, (title_and_name(live, "journeys", journey), _title(live, part, name)))
        for (journey, part, name), people in count.items()
    )


def _title(live: Bundle, part: Part, name: str) -> Words:
    folder = _FOLDERS.get(part)
    return title_and_name(live, folder, name) if folder else Words(name, name)


def _removed(live: Bundle, new: Bundle) -> dict[Part, set[str]]:
    return {
        Part.EMAIL: live.emails.keys() - new.emails.keys(),
        Part.SEGMENT: live.segments.keys() - new.segments.keys(),
        Part.FORM: live.forms.keys() - new.forms.keys(),
        Part.PAGE: live.pages.keys() - new.pages.keys(),
        Part.JOURNEY: live.journeys.keys() - new.journeys.keys(),
        Part.STAGE: {*live.stages} - {*new.stages},
    }


def _is_moved(enrollment: Enrollment, pinned: Journey, new: Bundle) -> bool:
    """Return whether the new journey moves the lead to its own graph, or out."""
    journey, step = new.journeys.get(enrollment.journey), enrollment.step
    move = journey.moves.get(step) if journey else None
    if journey is None or move is None or move.how == "stay":
        return False
    return steps_by_id(journey).get(step) != steps_by_id(pinned).get(step)


def _needs(enrollment: Enrollment, journey: Journey) -> set[tuple[Part, str]]:
    """Return every part that the goal, the exit and the steps ahead name."""
    clauses = [clause for clause in (journey.goal, journey.exit) if clause]
    found = {part for clause in clauses for part in _asked(clause)}
    for step in _ahead(enrollment, journey):
        found.update(_named(step))
    return found


def _ahead(enrollment: Enrollment, journey: Journey) -> Iterator[Step]:
    """Yield the step on which the lead waits, and every step that may follow."""
    steps, seen = steps_by_id(journey), set[str]()
    current = waiting_step(enrollment, journey)
    ahead = [current.id if current else next_step(enrollment, journey)]
    while ahead:
        id = ahead.pop()
        if id in steps and id not in seen:
            seen.add(id)
            yield steps[id]
            ahead += steps[id].successors


def _named(step: Step) -> Iterator[tuple[Part, str]]:
    match step:
        case SendStep():
            yield Part.EMAIL, step.email
        case EnrolStep():
            yield Part.JOURNEY, step.journey
        case UpdateStep(stage=stage) if stage:
            yield Part.STAGE, stage
        case BranchStep() | WaitForStep():
            for path in step.paths:
                yield from _asked(path.when) if path.when else ()


def _asked(clause: Clause) -> Iterator[tuple[Part, str]]:
    for part in subclauses(clause):
        match part:
            case Belongs():
                yield Part.SEGMENT, part.segment
            case Did(kind=kind, subject=subject) if kind in _PARTS and subject:
                yield _PARTS[Kind(kind)], subject
