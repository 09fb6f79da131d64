"""A journey's steps as they are written. A path that ends goes on after the step that it belongs to."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from ripen.playbook import graph
from ripen.playbook.paths import ELSE, END, OTHERWISE
from ripen_authoring import expressions
from ripen_authoring.building.clauses import clause, optional
from ripen_authoring.models.clauses import ClausePart, ClauseTree, DocumentPath
from ripen_authoring.models.part import Name, Part
from ripen_authoring.models.simple_steps import SimpleStep
from ripen_authoring.models.step import Mention, PlacedPath, StepPart, WrittenPath
from ripen_authoring.models.times import WaitText
from ripen_authoring.path_names import path_name, slug
from ripen_authoring.problem import InvalidValue


def _onward(written: Any) -> str:
    return "step" if isinstance(written, str) else "path"


Onward = Annotated[
    Annotated[str, Tag("step")] | Annotated["Steps", Tag("path")],
    Discriminator(_onward),
]
"""Where to go on: a step's id, or a path."""


class WaitPart(StepPart):
    wait: WaitText
    otherwise: Onward | None = Field(
        None, description="For leads without such a date or with a past one: a step's id or a path; by default the end"
    )

    def default_id(self) -> str:
        return f"wait-{slug(self.wait)}"

    def paths(self) -> Iterator[WrittenPath]:
        if self.otherwise is not None:
            yield WrittenPath(name=OTHERWISE, onward=self.otherwise, where=("otherwise",))

    def mentions(self) -> Iterator[Mention]:
        if field := expressions.wait_end(self.wait).field:
            yield Mention(kind="dates", name=field, where=("wait",))

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        otherwise = paths[0].to if paths else END
        return graph.WaitStep(id=id, next=next, until=expressions.wait_end(self.wait), otherwise=otherwise)


class WaitPathPart(Part):
    name: str = ""
    when: ClauseTree | None = None
    after: WaitText | None = None
    then: "Steps" = ()

    @model_validator(mode="after")
    def _one(self) -> "WaitPathPart":
        if (self.when is None) == (self.after is None):
            raise InvalidValue(
                "a path of `wait_for` has either `when: <clause>` or `after: <time>`",
                "`wait_for` の経路には `when: <条件>` か `after: <時間>` のどちらか一方を書いてください",
            )
        return self


class WaitForPart(StepPart):
    wait_for: Annotated[tuple[WaitPathPart, ...], Field(min_length=1)]
    forever: bool = Field(False, description="Allow a wait without `after`: a lead that does nothing stays in it")

    def default_id(self) -> str:
        first = self.wait_for[0]
        return f"wait-for-{slug(first.name or first.after or path_name(first.when, 0))}"

    def paths(self) -> Iterator[WrittenPath]:
        for number, path in enumerate(self.wait_for):
            name = path.name or (f"after {path.after}" if path.after else path_name(path.when, number))
            yield WrittenPath(name=name, onward=path.then, where=("wait_for", number, "then"))

    def successors(self, next: str, paths: Sequence[PlacedPath]) -> tuple[str, ...]:
        return tuple(placed.to for placed in paths)

    def mentions(self) -> Iterator[Mention]:
        for number, path in enumerate(self.wait_for):
            if path.after and (field := expressions.wait_end(path.after).field):
                yield Mention(kind="dates", name=field, where=("wait_for", number, "after"))

    def clauses(self) -> Iterator[tuple[DocumentPath, ClausePart]]:
        for number, path in enumerate(self.wait_for):
            if path.when is not None:
                yield ("wait_for", number, "when"), path.when

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        return graph.WaitForStep(
            id=id,
            paths=tuple(
                graph.WaitPath(
                    name=placed.name,
                    when=optional(path.when),
                    after=expressions.wait_end(path.after) if path.after else None,
                    next=placed.to,
                )
                for path, placed in zip(self.wait_for, paths, strict=True)
            ),
        )


class BranchPathPart(Part):
    name: str = ""
    when: ClauseTree | None = None
    then: "Steps" = ()
    else_: "Steps | None" = Field(None, alias="else")

    @model_validator(mode="after")
    def _one(self) -> "BranchPathPart":
        if (self.when is None) == (self.else_ is None):
            raise InvalidValue(
                "a path of `branch` has either `when: <clause>` with `then:`, or `else:`",
                "`branch` の経路には `when: <条件>` と `then:`、または `else:` のどちらか一方を書いてください",
            )
        if self.else_ is not None and "then" in self.model_fields_set:
            raise InvalidValue(
                "`else` has its steps itself; move those of `then` into it",
                "`else` の手順は `else` に直接書きます。`then` の手順を移してください",
            )
        return self


class BranchPart(StepPart):
    branch: Annotated[tuple[BranchPathPart, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _else_is_last(self) -> "BranchPart":
        if any(path.else_ is not None for path in self.branch[:-1]):
            raise InvalidValue(
                "`else` takes all other leads; write it last",
                "`else` は残りの見込み客すべてが進む経路です。最後に書いてください",
            )
        return self

    def default_id(self) -> str:
        first = self.branch[0]
        return f"branch-{slug(first.name or path_name(first.when, 0))}"

    def paths(self) -> Iterator[WrittenPath]:
        """Yield the paths; without an `else`, all other leads go on after the branch."""
        for number, path in enumerate(self.branch):
            if path.else_ is not None:
                yield WrittenPath(name=path.name or ELSE, onward=path.else_, where=("branch", number, "else"))
            else:
                name = path.name or path_name(path.when, number)
                yield WrittenPath(name=name, onward=path.then, where=("branch", number, "then"))
        if self.branch[-1].else_ is None:
            yield WrittenPath(name=ELSE, onward=(), where=())

    def successors(self, next: str, paths: Sequence[PlacedPath]) -> tuple[str, ...]:
        return tuple(placed.to for placed in paths)

    def clauses(self) -> Iterator[tuple[DocumentPath, ClausePart]]:
        for number, path in enumerate(self.branch):
            if path.when is not None:
                yield ("branch", number, "when"), path.when

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        *conditional, otherwise = paths
        clauses = [path.when for path in self.branch if path.when is not None]
        branches = (
            graph.Path(name=placed.name, when=clause(when), next=placed.to)
            for when, placed in zip(clauses, conditional, strict=True)
        )
        return graph.BranchStep(id=id, paths=tuple(branches), otherwise=otherwise.to)


class SharePart(Part):
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    steps: "Steps" = ()


def _share(written: Any) -> Any:
    return {"steps": written} if isinstance(written, list) else written


class SplitBody(Part):
    by: Name = Field(description="The name of the trial: a lead that comes to it again takes the same path")
    paths: Annotated[
        dict[Name, Annotated[SharePart, BeforeValidator(_share, json_schema_input_type="SharePart | Steps")]],
        Field(min_length=2),
    ]


class SplitPart(StepPart):
    split: SplitBody

    def default_id(self) -> str:
        return f"split-{self.split.by}"

    def paths(self) -> Iterator[WrittenPath]:
        for name, share in self.split.paths.items():
            yield WrittenPath(name=name, onward=share.steps, where=("split", "paths", name, "steps"))

    def successors(self, next: str, paths: Sequence[PlacedPath]) -> tuple[str, ...]:
        return tuple(placed.to for placed in paths)

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        written = zip(self.split.paths.values(), paths, strict=True)
        shares = tuple(graph.Share(name=placed.name, weight=share.weight, next=placed.to) for share, placed in written)
        return graph.SplitStep(id=id, by=self.split.by, paths=shares)


class WebhookBody(Part):
    url: Annotated[str, Field(pattern=r"^https://[^\s/@{}]+(/[^\s{}]*)?$")]
    body: dict[str, str] = Field({}, description="Liquid, by key")
    timeout: Annotated[int, Field(ge=1, le=20, description="Seconds")] = 10
    otherwise: Onward | None = Field(
        None, description="For calls that all failed: a step's id or a path; by default the next step"
    )


class WebhookPart(StepPart):
    answers = True
    webhook: WebhookBody

    def default_id(self) -> str:
        return f"webhook-{slug(self.webhook.url.removeprefix('https://').split('/')[0])}"

    def paths(self) -> Iterator[WrittenPath]:
        if self.webhook.otherwise is not None:
            yield WrittenPath(name=OTHERWISE, onward=self.webhook.otherwise, where=("webhook", "otherwise"))

    def templates(self) -> Iterator[tuple[DocumentPath, str]]:
        yield from ((("webhook", "body", key), text) for key, text in self.webhook.body.items())

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        return graph.WebhookStep(
            id=id,
            next=next,
            url=self.webhook.url,
            body=self.webhook.body,
            timeout_seconds=self.webhook.timeout,
            otherwise=paths[0].to if paths else next,
        )


OneStep = (
    SimpleStep
    | Annotated[WaitPart, Tag("wait step")]
    | Annotated[WaitForPart, Tag("wait_for step")]
    | Annotated[BranchPart, Tag("branch step")]
    | Annotated[SplitPart, Tag("split step")]
    | Annotated[WebhookPart, Tag("webhook step")]
)
STEP_KINDS: dict[str, type[StepPart]] = {
    tag.tag: kind for kind, tag in (get_args(tagged) for tagged in get_args(OneStep))
}
"""By tag: the name of the kind in pydantic's paths. No key of a file has a space."""
VERBS = tuple(tag.removesuffix(" step") for tag in STEP_KINDS)


def _tag(written: Any) -> str | None:
    if isinstance(written, StepPart):
        return next(tag for tag, kind in STEP_KINDS.items() if isinstance(written, kind))
    verb = next((verb for verb in VERBS if verb in written), None) if isinstance(written, dict) else None
    return verb and f"{verb} step"


def _step(written: Any) -> Any:
    return {"exit": None} if written == "exit" else written


AnyStep = Annotated[
    OneStep,
    Discriminator(_tag, custom_error_type="unknown_step", custom_error_message="write a step"),
]
Steps = tuple[Annotated[AnyStep, BeforeValidator(_step)], ...]
