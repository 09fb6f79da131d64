"""Steps without paths, as they are written."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Tag, model_validator

from ripen.playbook import graph
from ripen_authoring import expressions
from ripen_authoring.models.clauses import DocumentPath, Duration
from ripen_authoring.models.part import FieldName, LocalizedText, Name, Part
from ripen_authoring.models.step import Mention, PlacedPath, StepPart
from ripen_authoring.path_names import slug
from ripen_authoring.problem import InvalidValue


class SendPart(StepPart):
    send: Name = Field(description="A mail in emails/")
    priority: Literal["high", "normal", "low"] = "normal"
    capped: Literal["skip", "hold", "drop"] = Field(
        "skip", description="Over the frequency cap: skip the mail, hold it until there is room, or leave the journey"
    )
    expires: Duration = 7 * 86400

    def default_id(self) -> str:
        return f"send-{self.send}"

    def mentions(self) -> Iterator[Mention]:
        yield Mention(kind="emails", name=self.send, where=("send",))

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        return graph.SendStep(
            id=id,
            next=next,
            email=self.send,
            priority=self.priority,
            capped=self.capped,
            expires_seconds=self.expires,
        )


class UpdateBody(Part):
    fields: dict[FieldName, str] = Field({}, description="New values, Liquid")
    add_tags: tuple[Name, ...] = ()
    remove_tags: tuple[Name, ...] = ()
    points: float = 0
    words: LocalizedText | None = Field(None, description="The reason for the points")
    stage: str = Field("", description="A lifecycle stage; a lead never goes back to an earlier one")

    @model_validator(mode="after")
    def _something(self) -> "UpdateBody":
        if self.points and self.words is None:
            raise InvalidValue(
                "points need `words`: the reason that sales reads",
                "点を付けるには `words`（営業が読む理由）が必要です",
            )
        if not (self.fields or self.add_tags or self.remove_tags or self.points or self.stage):
            raise InvalidValue(
                "write what to update: fields, add_tags, remove_tags, points or stage",
                "更新する内容を書いてください: fields、add_tags、remove_tags、points、stage",
            )
        return self


class UpdatePart(StepPart):
    update: UpdateBody

    def default_id(self) -> str:
        update = self.update
        first = next(iter((*update.add_tags, *update.fields, *update.remove_tags)), "points")
        return f"update-{slug(update.stage or first)}"

    def mentions(self) -> Iterator[Mention]:
        if self.update.stage:
            yield Mention(kind="stages", name=self.update.stage, where=("update", "stage"))

    def templates(self) -> Iterator[tuple[DocumentPath, str]]:
        yield from ((("update", "fields", field), text) for field, text in self.update.fields.items())

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        update = self.update
        return graph.UpdateStep(
            id=id,
            next=next,
            fields=update.fields,
            add_tags=update.add_tags,
            remove_tags=update.remove_tags,
            points=update.points,
            words=update.words.by_locale(locales) if update.words else {},
            stage=update.stage,
        )


class CrmBody(Part):
    task: LocalizedText | None = Field(None, description="Subject of a task, Liquid")
    due: Annotated[int, BeforeValidator(expressions.days, json_schema_input_type=str)] = 0
    campaign: str = Field("", description="Id or name of a Salesforce campaign")
    status: str = Field("", description="The member's status in that campaign")
    owner: str = Field("", description="E-mail address of a Salesforce user, or one that sync.users names")

    @model_validator(mode="after")
    def _something(self) -> "CrmBody":
        if not (self.task or self.campaign or self.owner):
            raise InvalidValue(
                "write what to do in the CRM: task, campaign or owner",
                "CRM で行うことを書いてください: task、campaign、owner",
            )
        if self.status and not self.campaign:
            raise InvalidValue(
                "`status` belongs to a campaign; write `campaign` too",
                "`status` はキャンペーンの状況です。`campaign` も書いてください",
            )
        if self.owner and not re.fullmatch(r"[^@\s]+@[^@\s]+", self.owner):
            raise InvalidValue(
                f"{self.owner!r} is not an e-mail address; write that of a Salesforce user",
                f"{self.owner!r} はメールアドレスではありません。Salesforce ユーザーのアドレスを書いてください",
            )
        return self


class CrmPart(StepPart):
    crm: CrmBody

    def default_id(self) -> str:
        return "crm-task" if self.crm.task else "crm-campaign" if self.crm.campaign else "crm-owner"

    def templates(self) -> Iterator[tuple[DocumentPath, str]]:
        if self.crm.task:
            yield from ((("crm", "task", code), text) for code, text in self.crm.task.root.items())

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        crm = self.crm
        return graph.CrmStep(
            id=id,
            next=next,
            task=crm.task.by_locale(locales) if crm.task else {},
            due_days=crm.due,
            campaign=crm.campaign,
            status=crm.status,
            owner=crm.owner,
        )


class NotifyPart(StepPart):
    notify: LocalizedText = Field(description="Liquid, for Slack")
    channel: str = Field(
        "", pattern=r"^([CG][A-Z0-9]{5,})?$", description="Id of a Slack channel; by default the sales channel"
    )

    def default_id(self) -> str:
        return "notify"

    def templates(self) -> Iterator[tuple[DocumentPath, str]]:
        yield from ((("notify", code), text) for code, text in self.notify.root.items())

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        return graph.NotifyStep(id=id, next=next, text=self.notify.by_locale(locales), channel=self.channel)


class HandOffPart(StepPart):
    hand_off: LocalizedText = Field(description="Why sales gets the lead, Liquid")

    def default_id(self) -> str:
        return "hand-off"

    def templates(self) -> Iterator[tuple[DocumentPath, str]]:
        yield from ((("hand_off", code), text) for code, text in self.hand_off.root.items())

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        return graph.HandOffStep(id=id, next=next, text=self.hand_off.by_locale(locales))


class EnrolStepPart(StepPart):
    enrol: Name = Field(description="Another journey")

    def default_id(self) -> str:
        return f"enrol-{self.enrol}"

    def mentions(self) -> Iterator[Mention]:
        yield Mention(kind="journeys", name=self.enrol, where=("enrol",))

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        return graph.EnrolStep(id=id, next=next, journey=self.enrol)


class LeavePart(StepPart):
    leave: Name = Field(description="Another journey")

    def default_id(self) -> str:
        return f"leave-{self.leave}"

    def mentions(self) -> Iterator[Mention]:
        yield Mention(kind="journeys", name=self.leave, where=("leave",))

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        return graph.LeaveStep(id=id, next=next, journey=self.leave)


class JumpBody(Part):
    to: Name
    most: Annotated[int, Field(ge=1, le=100)] = Field(3, description="After this many jumps the lead goes on instead")


def _jump(written: Any) -> Any:
    return {"to": written} if isinstance(written, str) else written


class JumpPart(StepPart):
    jump: Annotated[JumpBody, BeforeValidator(_jump, json_schema_input_type=str | JumpBody)]

    def default_id(self) -> str:
        return f"jump-{self.jump.to}"

    def successors(self, next: str, paths: Sequence[PlacedPath]) -> tuple[str, ...]:
        return self.jump.to, next

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        return graph.JumpStep(id=id, next=next, to=self.jump.to, most=self.jump.most)


class ExitPart(StepPart):
    exit: str | None = Field(None, description="The reason that people read")

    def default_id(self) -> str:
        return "exit"

    def successors(self, next: str, paths: Sequence[PlacedPath]) -> tuple[str, ...]:
        return ()

    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        return graph.ExitStep(id=id, reason=self.exit) if self.exit else graph.ExitStep(id=id)


SimpleStep = (
    Annotated[SendPart, Tag("send step")]
    | Annotated[UpdatePart, Tag("update step")]
    | Annotated[CrmPart, Tag("crm step")]
    | Annotated[NotifyPart, Tag("notify step")]
    | Annotated[HandOffPart, Tag("hand_off step")]
    | Annotated[EnrolStepPart, Tag("enrol step")]
    | Annotated[LeavePart, Tag("leave step")]
    | Annotated[JumpPart, Tag("jump step")]
    | Annotated[ExitPart, Tag("exit step")]
)
"""The tag of a step is its verb and "step"."""
