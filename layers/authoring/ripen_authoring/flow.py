"""A journey's steps laid out: each with its id, its place in the file, and the step after it.

A path that ends goes on after the step that it hangs on.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ripen.playbook.paths import END
from ripen_authoring.models.clauses import ClausePart, DocumentPath
from ripen_authoring.models.steps import (
    BranchPart,
    CrmPart,
    EnrolStepPart,
    ExitPart,
    JumpPart,
    LeavePart,
    NotifyPart,
    SendPart,
    SplitPart,
    StepPart,
    UpdatePart,
    WaitForPart,
    WaitPart,
    WebhookPart,
)


@dataclass(frozen=True, kw_only=True)
class Route:
    """One way on from a step. `name` is the path's; "otherwise" where the step could not do what it should."""

    name: str
    to: str
    where: DocumentPath


@dataclass(frozen=True, kw_only=True)
class Laid:
    id: str
    part: StepPart
    where: DocumentPath
    """Of the step in the file."""
    next: str
    routes: tuple[Route, ...] = ()

    def to(self, name: str) -> str:
        return next(route.to for route in self.routes if route.name == name)

    @property
    def after(self) -> tuple[str, ...]:
        """Every step that may come next."""
        match self.part:
            case ExitPart():
                return ()
            case WaitForPart():
                return tuple(route.to for route in self.routes)
            case SplitPart():
                return tuple(route.to for route in self.routes)
            case BranchPart():
                return tuple(route.to for route in self.routes)
            case JumpPart():
                return (self.part.jump.to, self.next)
        return (self.next, *(route.to for route in self.routes))


def laid_out(steps: Sequence[StepPart]) -> tuple[Laid, ...]:
    """All steps of a journey, in the order of the file."""
    return tuple(_laid(steps, ("steps",), END, _Names()))


class _Names:
    """Ids by place; exits, at which nobody stands, are numbered."""

    def __init__(self) -> None:
        self._exits = 0

    def of(self, part: StepPart) -> str:
        if isinstance(part, ExitPart) and part.id is None:
            self._exits += 1
            return "exit" if self._exits == 1 else f"exit-{self._exits}"
        return part.id or default_id(part)


def _laid(steps: Sequence[StepPart], where: DocumentPath, after: str, names: _Names) -> Iterator[Laid]:
    # A step's id is needed by the one before it, and exits are numbered in the order of the file.
    ids = [names.of(step) for step in steps]
    for number, (step, id) in enumerate(zip(steps, ids, strict=True)):
        following = ids[number + 1] if number + 1 < len(steps) else after
        here = (*where, number)
        routes: list[Route] = []
        nested: list[Laid] = []
        for name, path, place in _paths(step, here):
            inside = tuple(_laid(path, place, following, names)) if not isinstance(path, str) else ()
            nested += inside
            to = path if isinstance(path, str) else inside[0].id if inside else following
            routes.append(Route(name=name, to=to, where=place))
        if isinstance(step, BranchPart) and step.branch[-1].else_ is None:
            routes.append(Route(name="else", to=following, where=here))
        yield Laid(id=id, part=step, where=here, next=following, routes=tuple(routes))
        yield from nested


def _paths(step: StepPart, here: DocumentPath) -> Iterator[tuple[str, Sequence[StepPart] | str, DocumentPath]]:
    match step:
        case WaitForPart():
            for number, path in enumerate(step.wait_for):
                name = path.name or (f"after {path.after}" if path.after else told(path.when, number))
                yield name, path.then, (*here, "wait_for", number, "then")
        case BranchPart():
            for number, way in enumerate(step.branch):
                if way.else_ is not None:
                    yield way.name or "else", way.else_, (*here, "branch", number, "else")
                else:
                    yield way.name or told(way.when, number), way.then, (*here, "branch", number, "then")
        case SplitPart():
            for name, share in step.split.paths.items():
                yield name, share.steps, (*here, "split", "paths", name, "steps")
        case WaitPart() if step.otherwise is not None:
            yield "otherwise", step.otherwise, (*here, "otherwise")
        case WebhookPart() if step.webhook.otherwise is not None:
            yield "otherwise", step.webhook.otherwise, (*here, "webhook", "otherwise")


def told(clause: ClausePart | None, number: int) -> str:
    """What to call a path that has no name: "clicked case-study"."""
    if clause is not None and clause.activity_word:
        return f"{clause.activity_word} {getattr(clause, clause.activity_word)}"
    if clause is not None and isinstance(clause.rank, str):
        return clause.rank
    return next((word for word in _first_words(clause)), f"path {number + 1}")


def _first_words(clause: ClausePart | None) -> Iterator[str]:
    if clause is not None:
        yield from (f"{key} {getattr(clause, key)}" for key in ("segment", "consent", "tag") if getattr(clause, key))
        yield from clause.tests


def default_id(part: StepPart) -> str:
    """`<verb>-<name>`."""
    match part:
        case SendPart():
            return f"send-{part.send}"
        case WaitPart():
            return f"wait-{_slug(part.wait)}"
        case WaitForPart():
            first = part.wait_for[0]
            return f"wait-for-{_slug(first.name or first.after or told(first.when, 0))}"
        case BranchPart():
            first_way = part.branch[0]
            return f"branch-{_slug(first_way.name or told(first_way.when, 0))}"
        case SplitPart():
            return f"split-{part.split.by}"
        case UpdatePart():
            update = part.update
            what = update.stage or next(iter((*update.add_tags, *update.fields, *update.remove_tags)), "points")
            return f"update-{_slug(what)}"
        case CrmPart():
            crm = part.crm
            return "crm-task" if crm.task else "crm-campaign" if crm.campaign else "crm-owner"
        case NotifyPart():
            return "notify"
        case WebhookPart():
            return f"webhook-{_slug(part.webhook.url.removeprefix('https://').split('/')[0])}"
        case EnrolStepPart():
            return f"enrol-{part.enrol}"
        case LeavePart():
            return f"leave-{part.leave}"
        case JumpPart():
            return f"jump-{part.jump.to}"
    return "exit"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")[:60] or "step"


def clauses(steps: Sequence[Laid]) -> Iterator[tuple[DocumentPath, ClausePart]]:
    """Every clause that a path of a step asks."""
    for step in steps:
        match step.part:
            case WaitForPart():
                for number, path in enumerate(step.part.wait_for):
                    if path.when is not None:
                        yield (*step.where, "wait_for", number, "when"), path.when
            case BranchPart():
                for number, way in enumerate(step.part.branch):
                    if way.when is not None:
                        yield (*step.where, "branch", number, "when"), way.when


def templates(steps: Sequence[Laid]) -> Iterator[tuple[DocumentPath, str]]:
    """Every piece of Liquid in a step."""
    for laid in steps:
        match laid.part:
            case UpdatePart(update=update):
                yield from (((*laid.where, "update", "fields", field), text) for field, text in update.fields.items())
            case CrmPart(crm=crm) if crm.task:
                yield from (((*laid.where, "crm", "task", code), text) for code, text in crm.task.root.items())
            case NotifyPart(notify=words):
                yield from (((*laid.where, "notify", code), text) for code, text in words.root.items())
            case WebhookPart(webhook=hook):
                yield from (((*laid.where, "webhook", "body", key), text) for key, text in hook.body.items())
