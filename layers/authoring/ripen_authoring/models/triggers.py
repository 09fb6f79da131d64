"""A journey's triggers as they are written under `on`: each knows what it names, and how it compiles."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from ripen.capture.entry_request import MOST_FACTS, RESERVED_FACTS
from ripen.lead.activity import Kind
from ripen.playbook import trigger
from ripen.playbook.clause import Condition
from ripen.words import Words
from ripen_authoring import expressions
from ripen_authoring.building.clauses import condition, conditions
from ripen_authoring.models.activities import ACTIVITY_KEYS, ActivityPart
from ripen_authoring.models.part import Conditions, FieldCondition, FieldName, Part
from ripen_authoring.models.step import Mention
from ripen_authoring.models.times import LocalDateTime, TimeOfDay
from ripen_authoring.problem import InvalidValue

CAMPAIGN_KEYS = {"campaign": "campaign_id", "member": "member"}
"""The names that `once per …` accepts for a Salesforce campaign, each with the fact that identifies the entry.

The fact is the campaign's id, because a campaign can be renamed.
"""


class TriggerPart(Part):
    @abstractmethod
    def compiled(self, key: str) -> trigger.Trigger:
        """Return the trigger of the compiled journey. `key` is the name in `again: once per <name>`, or ""."""

    def mentions(self) -> Iterator[Mention]:
        """Yield what the trigger names."""
        yield from ()


class OnActivityPart(ActivityPart, TriggerPart):
    where: Conditions = Field({}, description="About the activity: the answers in the form, {plan: [pro]}")

    def mentions(self) -> Iterator[Mention]:
        """Yield the subject of the activity; the name of a download is free."""
        kinds: dict[str, Literal["forms", "pages", "emails"]] = {
            "form": "forms",
            "page": "pages",
            "read": "pages",
            "click": "emails",
        }
        for key, kind in kinds.items():
            yield Mention(kind=kind, name=getattr(self, key), where=(key,))

    def compiled(self, key: str) -> trigger.Trigger:
        return trigger.OnActivity(kind=self.kind, subject=self.subject, where=conditions([self.where]), key=key)


class OnMembershipPart(TriggerPart):
    crm_campaign: Annotated[str, Field(max_length=80, description="A Salesforce campaign, by name or id")]
    status: str = Field("", description="Becomes a member with this status; without it: becomes a member")

    def compiled(self, key: str) -> trigger.Trigger:
        fact, value = ("status", self.status) if self.status else ("new", "yes")
        return trigger.OnActivity(
            kind=Kind.CAMPAIGN_JOINED.value,
            subject=self.crm_campaign,
            where=(Condition(field=fact, any_of=(value,)),),
            key=CAMPAIGN_KEYS.get(key, "member"),
        )


class OnSegmentPart(TriggerPart):
    segment: Annotated[str, Field(description="Joins this segment")]

    def mentions(self) -> Iterator[Mention]:
        yield Mention(kind="segments", name=self.segment, where=("segment",))

    def compiled(self, key: str) -> trigger.Trigger:
        return trigger.OnSegment(segment=self.segment)


class OnRankPart(TriggerPart):
    rank: Annotated[Literal["warm", "hot"], Field(description="Gets this rank")]

    def compiled(self, key: str) -> trigger.Trigger:
        return trigger.OnRank(rank=self.rank)


class OnFieldPart(TriggerPart):
    field: Annotated[
        dict[str, FieldCondition],
        Field(min_length=1, max_length=1, description="The field changes to this: {plan: [pro]}"),
    ]

    def compiled(self, key: str) -> trigger.Trigger:
        [(field, asked)] = self.field.items()
        return trigger.OnField(when=condition(field, asked))


class OnDatePart(TriggerPart):
    date: Annotated[str, Field(description="A date field of the lead: birthday")]
    offset: Annotated[int, BeforeValidator(expressions.signed_days, json_schema_input_type=str)] = 0
    yearly: bool = False
    at: TimeOfDay = "09:00"
    leap: Literal["28 February", "1 March"] = Field("28 February", description="When 29 February is in other years")

    def mentions(self) -> Iterator[Mention]:
        yield Mention(kind="dates", name=self.date, where=("date",))

    def compiled(self, key: str) -> trigger.Trigger:
        return trigger.OnDate(field=self.date, offset_days=self.offset, yearly=self.yearly, at=self.at, leap=self.leap)


class OnSchedulePart(TriggerPart):
    every: Annotated[str, Field(description="An RRULE: FREQ=MONTHLY;BYDAY=1MO")]
    segment: str = Field("", description="All leads in this segment enter")
    start: LocalDateTime = Field("", description="Local date and time of the first occurrence: 2026-12-01T09:00")

    @model_validator(mode="after")
    def _occurs(self) -> "OnSchedulePart":
        if not self.segment or not self.start:
            raise InvalidValue(
                "`every` needs a `segment` to write to and a `start`, e.g. 2026-12-01T09:00",
                "`every` には対象の `segment` と `start` が必要です。例: 2026-12-01T09:00",
            )
        expressions.check_rrule(self.every, self.start)
        return self

    def mentions(self) -> Iterator[Mention]:
        yield Mention(kind="segments", name=self.segment, where=("segment",))

    def compiled(self, key: str) -> trigger.Trigger:
        return trigger.OnSchedule(rrule=self.every.removeprefix("RRULE:"), start=self.start, segment=self.segment)


class OnRequestPart(TriggerPart):
    api: Annotated[
        tuple[FieldName, ...],
        Field(
            max_length=MOST_FACTS,
            description="A signed request enrols, with these facts: {{ entry.<name> }}; [] for no facts",
        ),
    ]

    @model_validator(mode="after")
    def _not_reserved(self) -> "OnRequestPart":
        if taken := set(self.api).intersection(RESERVED_FACTS):
            name = taken.pop()
            raise InvalidValue(
                f"`api` cannot have {name!r}, which every entry has already; write another name",
                f"`api` に {name!r} は書けません。どの登録にもある値です。別の名前にしてください",
            )
        return self

    def compiled(self, key: str) -> trigger.Trigger:
        return trigger.OnRequest(facts=self.api, key=key if key in self.api else "")


TRIGGER_KINDS: dict[str, type[TriggerPart]] = {
    "on activity": OnActivityPart,
    "on membership": OnMembershipPart,
    "on segment": OnSegmentPart,
    "on rank": OnRankPart,
    "on field": OnFieldPart,
    "on date": OnDatePart,
    "on schedule": OnSchedulePart,
    "on request": OnRequestPart,
}
"""By tag: the name of the kind in pydantic's paths. No key of a file has a space."""
TRIGGER_KEYS = {
    **dict.fromkeys(ACTIVITY_KEYS, "on activity"),
    "crm_campaign": "on membership",
    "segment": "on segment",
    "rank": "on rank",
    "field": "on field",
    "date": "on date",
    "every": "on schedule",
    "api": "on request",
}
"""The tag of the kind that each key stands for. A trigger has one of these keys; a schedule has a segment too."""
EXACTLY_ONE = Words(
    "write exactly one of {}, or {}".format(", ".join(list(TRIGGER_KEYS)[:-1]), list(TRIGGER_KEYS)[-1]),
    f"次のどれか 1 つだけを書いてください: {', '.join(TRIGGER_KEYS)}",
)
_MISPLACED = {
    "start": Words("`start` goes with `every`", "`start` は `every` とともに使います"),
    **dict.fromkeys(
        ("offset", "yearly", "at"),
        Words("`offset`, `yearly` and `at` go with `date`", "`offset`、`yearly`、`at` は `date` とともに使います"),
    ),
    "leap": Words("`leap` goes with `date`", "`leap` は `date` とともに使います"),
    "status": Words("`status` goes with `crm_campaign`", "`status` は `crm_campaign` とともに使います"),
    "where": Words(
        f"`where` goes with one of: {', '.join(ACTIVITY_KEYS)}",
        f"`where` とともに使えるもの: {', '.join(ACTIVITY_KEYS)}",
    ),
}
"""What to say about a key beside a trigger of another kind."""


def _tag(written: Any) -> str | None:
    if isinstance(written, TriggerPart):
        return next(tag for tag, kind in TRIGGER_KINDS.items() if isinstance(written, kind))
    if not isinstance(written, dict):
        return None
    keys = [key for key in TRIGGER_KEYS if written.get(key) not in ("", {}, None)]
    if keys == ["segment", "every"]:
        return "on schedule"
    return TRIGGER_KEYS[keys[0]] if len(keys) == 1 else None


def _keys_of_one_kind(written: Any) -> Any:
    """Raise InvalidValue if the keys are of no kind or of several. Unknown keys are reported one by one later."""
    if not isinstance(written, dict) or not written.keys() <= TRIGGER_KEYS.keys() | _MISPLACED.keys():
        return written
    tag = _tag(written)
    if tag is None:
        raise InvalidValue(*EXACTLY_ONE)
    for key in written.keys() & _MISPLACED.keys() - TRIGGER_KINDS[tag].model_fields.keys():
        raise InvalidValue(*_MISPLACED[key])
    return written


AnyTrigger = Annotated[
    Annotated[
        Annotated[OnActivityPart, Tag("on activity")]
        | Annotated[OnMembershipPart, Tag("on membership")]
        | Annotated[OnSegmentPart, Tag("on segment")]
        | Annotated[OnRankPart, Tag("on rank")]
        | Annotated[OnFieldPart, Tag("on field")]
        | Annotated[OnDatePart, Tag("on date")]
        | Annotated[OnSchedulePart, Tag("on schedule")]
        | Annotated[OnRequestPart, Tag("on request")],
        Discriminator(_tag, custom_error_type="unknown_trigger", custom_error_message=EXACTLY_ONE.en),
    ],
    BeforeValidator(_keys_of_one_kind),
]


def _listed(written: Any) -> Any:
    return [written] if isinstance(written, dict) else written


Triggers = Annotated[
    tuple[AnyTrigger, ...],
    BeforeValidator(_listed, json_schema_input_type=AnyTrigger | list[AnyTrigger]),
]
"""One trigger, or a list of them."""
