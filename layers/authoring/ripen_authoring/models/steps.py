"""A journey's steps as they are written. A path that ends goes on after the step it hangs on."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from ripen_authoring import expressions
from ripen_authoring.models.clauses import ClauseTree, Duration
from ripen_authoring.models.part import FieldName, LocalizedText, Name, Part
from ripen_authoring.models.times import WaitText


def _onward(written: Any) -> str:
    return "step" if isinstance(written, str) else "path"


Onward = Annotated[
    Annotated[str, Tag("step")] | Annotated["Steps", Tag("path")],
    Discriminator(_onward),
]
"""Where to go on: a step's id, or a path."""


class StepPart(Part):
    id: Name | None = Field(None, description="By default <verb>-<name>; never reuse it for something else")


class SendPart(StepPart):
    send: Name = Field(description="A mail in emails/")
    priority: Literal["high", "normal", "low"] = "normal"
    capped: Literal["skip", "hold", "drop"] = Field(
        "skip", description="Over the cap: skip the mail, hold it until there is room, or drop out of the journey"
    )
    expires: Duration = 7 * 86400


class WaitPart(StepPart):
    wait: WaitText
    otherwise: Onward | None = Field(
        None, description="For who has no such date, or whose date is over: a step's id or a path; by default the end"
    )


class WaitPathPart(Part):
    name: str = ""
    when: ClauseTree | None = None
    after: WaitText | None = None
    then: "Steps" = ()

    @model_validator(mode="after")
    def _one(self) -> "WaitPathPart":
        if (self.when is None) == (self.after is None):
            raise ValueError("a path of `wait_for` has either `when: <clause>` or `after: <time>`")
        return self


class WaitForPart(StepPart):
    wait_for: Annotated[tuple[WaitPathPart, ...], Field(min_length=1)]
    forever: bool = Field(False, description="There is no `after`: whoever does nothing waits for good")


class BranchPathPart(Part):
    name: str = ""
    when: ClauseTree | None = None
    then: "Steps" = ()
    else_: "Steps | None" = Field(None, alias="else")

    @model_validator(mode="after")
    def _one(self) -> "BranchPathPart":
        if (self.when is None) == (self.else_ is None):
            raise ValueError("a path of `branch` has either `when: <clause>` with `then:`, or `else:`")
        return self


class BranchPart(StepPart):
    branch: Annotated[tuple[BranchPathPart, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _else_is_last(self) -> "BranchPart":
        if any(path.else_ is not None for path in self.branch[:-1]):
            raise ValueError("`else` takes everybody who is left; write it last")
        return self


class SharePart(Part):
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    steps: "Steps" = ()


def _share(written: Any) -> Any:
    return {"steps": written} if isinstance(written, list) else written


class SplitBody(Part):
    by: Name = Field(description="What is tried: whoever meets the same split again takes the same path")
    paths: Annotated[
        dict[Name, Annotated[SharePart, BeforeValidator(_share, json_schema_input_type="SharePart | Steps")]],
        Field(min_length=2),
    ]


class SplitPart(StepPart):
    split: SplitBody


class UpdateBody(Part):
    fields: dict[FieldName, str] = Field({}, description="New values, Liquid")
    add_tags: tuple[Name, ...] = ()
    remove_tags: tuple[Name, ...] = ()
    points: float = 0
    words: LocalizedText | None = Field(None, description="The reason for the points")
    stage: str = Field("", description="A lifecycle stage; never a step back")

    @model_validator(mode="after")
    def _something(self) -> "UpdateBody":
        if self.points and self.words is None:
            raise ValueError("points need `words`: the reason that sales reads")
        if not (self.fields or self.add_tags or self.remove_tags or self.points or self.stage):
            raise ValueError("write what to update: fields, add_tags, remove_tags, points or stage")
        return self


class UpdatePart(StepPart):
    update: UpdateBody


class CrmBody(Part):
    task: LocalizedText | None = Field(None, description="Subject of a task, Liquid")
    due: Annotated[int, BeforeValidator(expressions.days, json_schema_input_type=str)] = 0
    campaign: str = Field("", description="Id or name of a Salesforce campaign")
    status: str = Field("", description="The member's status in that campaign")
    owner: str = Field("", description="E-mail address of a Salesforce user")

    @model_validator(mode="after")
    def _something(self) -> "CrmBody":
        if not (self.task or self.campaign or self.owner):
            raise ValueError("write what to do in the CRM: task, campaign or owner")
        if self.status and not self.campaign:
            raise ValueError("`status` is the one in a campaign; write `campaign` too")
        if self.owner and self.owner.count("@") != 1:
            raise ValueError(f"{self.owner!r} is no e-mail address of a Salesforce user")
        return self


class CrmPart(StepPart):
    crm: CrmBody


class NotifyPart(StepPart):
    notify: LocalizedText = Field(description="Liquid, for Slack")
    channel: str = Field("", description="By default the sales channel")


class WebhookBody(Part):
    url: Annotated[str, Field(pattern=r"^https://[^\s/@{}]+(/[^\s{}]*)?$")]
    body: dict[str, str] = Field({}, description="Liquid, by key")
    timeout: Annotated[int, Field(ge=1, le=20, description="Seconds")] = 10
    otherwise: Onward | None = Field(
        None, description="Where no answer came after all attempts: a step's id or a path; by default the next step"
    )


class WebhookPart(StepPart):
    webhook: WebhookBody


class EnrolStepPart(StepPart):
    enrol: Name = Field(description="Another journey")


class LeavePart(StepPart):
    leave: Name = Field(description="Another journey")


class JumpBody(Part):
    to: Name
    most: Annotated[int, Field(ge=1, le=100)] = Field(3, description="After so many jumps it goes on instead")


def _jump(written: Any) -> Any:
    return {"to": written} if isinstance(written, str) else written


class JumpPart(StepPart):
    jump: Annotated[JumpBody, BeforeValidator(_jump, json_schema_input_type=str | JumpBody)]


class ExitPart(StepPart):
    exit: str | None = Field(None, description="The reason, for people")


_VERBS: dict[str, type[StepPart]] = {
    "send": SendPart,
    "wait": WaitPart,
    "wait_for": WaitForPart,
    "branch": BranchPart,
    "split": SplitPart,
    "update": UpdatePart,
    "crm": CrmPart,
    "notify": NotifyPart,
    "webhook": WebhookPart,
    "enrol": EnrolStepPart,
    "leave": LeavePart,
    "jump": JumpPart,
    "exit": ExitPart,
}
VERBS = tuple(_VERBS)


def kind_of(verb: str) -> type[StepPart]:
    return _VERBS[verb]


def _verb(step: Any) -> str | None:
    if isinstance(step, StepPart):
        return next(verb for verb, kind in _VERBS.items() if isinstance(step, kind))
    return next((verb for verb in VERBS if verb in step), None) if isinstance(step, dict) else None


def _step(written: Any) -> Any:
    return {"exit": None} if written == "exit" else written


AnyStep = Annotated[
    Annotated[SendPart, Tag("send")]
    | Annotated[WaitPart, Tag("wait")]
    | Annotated[WaitForPart, Tag("wait_for")]
    | Annotated[BranchPart, Tag("branch")]
    | Annotated[SplitPart, Tag("split")]
    | Annotated[UpdatePart, Tag("update")]
    | Annotated[CrmPart, Tag("crm")]
    | Annotated[NotifyPart, Tag("notify")]
    | Annotated[WebhookPart, Tag("webhook")]
    | Annotated[EnrolStepPart, Tag("enrol")]
    | Annotated[LeavePart, Tag("leave")]
    | Annotated[JumpPart, Tag("jump")]
    | Annotated[ExitPart, Tag("exit")],
    Discriminator(_verb),
]
Steps = tuple[Annotated[AnyStep, BeforeValidator(_step)], ...]
