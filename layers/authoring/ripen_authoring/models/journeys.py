"""journeys/<name>.yaml"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ripen.capture.entry_request import MOST_FACTS, RESERVED_FACTS
from ripen.playbook.graph import Move
from ripen_authoring import expressions
from ripen_authoring.models.clauses import ClauseTree
from ripen_authoring.models.part import Conditions, FieldCondition, FieldName, Name, Part
from ripen_authoring.models.steps import Steps
from ripen_authoring.models.times import LocalDateTime, TimeOfDay

ACTIVITIES = ("form", "page", "read", "click", "download")
CAMPAIGN_KEYS = {"campaign": "campaign_id", "member": "member"}
"""What `again: once per …` may name for a journey that a Salesforce campaign lets into, and the fact that it is told by: a
campaign may get another name."""
_TRIGGERS = (*ACTIVITIES, "crm_campaign", "segment", "rank", "field", "date", "every", "api")


class TriggerPart(Part):
    """What lets in: one of form, page, read, click, download, crm_campaign, segment, rank, field, date, every, api."""

    form: str = ""
    page: str = ""
    read: str = ""
    click: str = Field("", description="A link in this mail")
    download: str = ""
    where: Conditions = Field({}, description="About what was done: the answers of the form, e.g. {plan: [pro]}")
    crm_campaign: Annotated[str, Field(max_length=80)] = Field("", description="A Salesforce campaign, by name or id")
    status: str = Field(
        "", description="With crm_campaign: becomes a member with this status; without: becomes a member"
    )
    segment: str = Field("", description="Joins it (or, with `every`: everyone in it)")
    rank: Literal["", "warm", "hot"] = Field("", description="Becomes it")
    field: Annotated[dict[str, FieldCondition], Field(max_length=1)] = Field(
        {}, description="Becomes this: {plan: [pro]}"
    )
    date: str = Field("", description="A date of the lead's: birthday")
    offset: Annotated[int, BeforeValidator(expressions.signed_days, json_schema_input_type=str)] = 0
    yearly: bool = False
    at: TimeOfDay | None = None
    leap: Literal["28 February", "1 March"] = Field("28 February", description="When 29 February is in other years")
    every: str = Field("", description="An RRULE: FREQ=MONTHLY;BYDAY=1MO")
    start: LocalDateTime | None = Field(None, description="Local date and time of the first: 2026-12-01T09:00")
    api: Annotated[tuple[FieldName, ...] | None, Field(max_length=MOST_FACTS)] = Field(
        None, description="A signed request asks in, and may say these: {{ entry.<name> }}; [] for nothing"
    )

    @model_validator(mode="after")
    def _one(self) -> "TriggerPart":
        written = [key for key in _TRIGGERS if getattr(self, key) not in ("", {}, None)]
        if written not in ([key] for key in _TRIGGERS) and written != ["segment", "every"]:
            raise ValueError(f"write exactly one of {', '.join(_TRIGGERS[:-1])} or {_TRIGGERS[-1]}")
        if self.every:
            if not self.segment or self.start is None:
                raise ValueError("`every` needs a `segment` to write to and a `start`, e.g. 2026-12-01T09:00")
            expressions.check_rrule(self.every, self.start)
        elif self.start is not None:
            raise ValueError("`start` goes with `every`")
        if not self.date and (self.offset or self.yearly or self.at):
            raise ValueError("`offset`, `yearly` and `at` go with `date`")
        if taken := set(self.api or ()).intersection(RESERVED_FACTS):
            raise ValueError(f"`api` cannot have {taken.pop()!r}: each entry says that itself; write another name")
        if self.status and not self.crm_campaign:
            raise ValueError("`status` goes with `crm_campaign`")
        if self.where and not any(getattr(self, key) for key in ACTIVITIES):
            raise ValueError(f"`where` goes with one of: {', '.join(ACTIVITIES)}")
        return self


def _listed(written: Any) -> Any:
    return [written] if isinstance(written, dict) else written


class EnrolPart(Part):
    on: Annotated[
        tuple[TriggerPart, ...],
        BeforeValidator(_listed, json_schema_input_type=TriggerPart | list[TriggerPart]),
    ] = Field((), description="Without it, only a hand, an import or another journey lets in")
    who: ClauseTree | None = None
    again: Annotated[expressions.Reentry, BeforeValidator(expressions.reentry, json_schema_input_type=str)] = Field(
        default_factory=expressions.Reentry,
        description="never, after exit, after 90 days, or once per <answer of the form>",
    )


class JourneyFile(Part):
    enrol: EnrolPart
    goal: ClauseTree | None = Field(None, description="Who meets it leaves at once, also inside a wait")
    exit: ClauseTree | None = Field(None, description="Who meets it leaves at once, and has not reached the goal")
    steps: Annotated[Steps, Field(min_length=1)]
    changes: dict[Name, Annotated[Move, BeforeValidator(expressions.move, json_schema_input_type=str)]] = Field(
        {}, description="For who stands on a changed or removed step: stay, move to <step>, exit"
    )
