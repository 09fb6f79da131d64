"""emails/<name>/email.yaml, segments/<name>.yaml and campaigns/<name>.yaml."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ripen_authoring import expressions
from ripen_authoring.models.clauses import ClauseTree, Duration
from ripen_authoring.models.part import LocalizedText, Name, Part, Title
from ripen_authoring.models.times import LocalDateTime
from ripen_authoring.problem import InvalidValue

Portion = Annotated[float, BeforeValidator(expressions.share, json_schema_input_type=str | float)]


class EmailFile(Part):
    mail_class: Literal["marketing", "transactional"] = Field(alias="class")
    subject: LocalizedText
    preheader: LocalizedText = Field(default_factory=lambda: LocalizedText({"*": ""}))
    sender_name: LocalizedText | None = None
    sender: Literal["brand", "owner"] = Field(
        "brand", description="owner: from the lead's owner in the CRM, if there is one"
    )


class SegmentFile(Part):
    title: Title = None
    when: ClauseTree


class Canary(Part):
    share: Portion = Field(description="The share of the audience: 10%")
    wait: Duration = Field(description="The time before the rest is sent: 2 hours")


class Halt(Part):
    bounces: Portion = 0.05
    complaints: Portion = 0.001
    unsubscribes: Portion = 0.02


class To(Part):
    recipients: Name = Field(description="The leads that received this other campaign")


class CampaignFile(Part):
    title: Title = None
    email: Name
    segment: Name | None = None
    to: To | None = Field(None, description="Instead of a segment: {recipients: another-campaign}")
    at: LocalDateTime = Field(description="Local date and time: 2026-12-01T10:00")
    zone: Literal["brand", "lead"] = Field("brand", description="Whose local time `at` is")
    per_hour: Annotated[int, Field(ge=1)] | None = None
    canary: Canary | None = None
    priority: Literal["high", "normal", "low"] = "normal"
    expires: Duration = 86400
    halt: Halt = Field(default_factory=Halt, description="The shares at which the campaign stops by itself")

    @model_validator(mode="after")
    def _has_audience(self) -> "CampaignFile":
        if (self.segment is None) == (self.to is None):
            raise InvalidValue(
                "write either `segment` or `to: {recipients: another-campaign}`",
                "`segment` か `to: {recipients: 別のキャンペーン}` のどちらか一方を書いてください",
            )
        return self
