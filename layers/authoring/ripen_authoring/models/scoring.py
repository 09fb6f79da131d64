"""scoring.yaml."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ripen.lead.activity import Kind
from ripen_authoring.models.activities import ACTIVITY_KEYS, ActivityPart
from ripen_authoring.models.clauses import MOST_TIMES, DocumentPath, Duration
from ripen_authoring.models.part import AllOf, Conditions, LocalizedText, Name, Part
from ripen_authoring.problem import InvalidValue

RESETS = {"opportunity lost": Kind.OPPORTUNITY_LOST, "not a fit": Kind.REJECTED_BY_SALES}
Cap = Annotated[float, Field(ge=0)]


class ScoredActivity(ActivityPart):
    activity: Literal["", "any"] = Field("", description="`any`: a form, a page, a read, a click or a download")

    @model_validator(mode="after")
    def _one(self) -> "ScoredActivity":
        if sum(bool(getattr(self, key)) for key in (*ACTIVITY_KEYS, "activity")) != 1:
            raise InvalidValue(
                "write exactly one of form, page, click, read, download or crm",
                "form、page、click、read、download、crm のどれか 1 つだけを書いてください",
            )
        return self

    @property
    def kind(self) -> str:
        """Return the kind of the activity, "" for anything that the lead does."""
        return "" if self.activity else super().kind

    @property
    def subject(self) -> str:
        """Return the name of the form, page, mail or file; "" stands for any."""
        return "" if self.activity else super().subject


class ThresholdPart(Part):
    enter: float
    leave: float

    @model_validator(mode="after")
    def _below(self) -> "ThresholdPart":
        _check_below(self.leave, self.enter)
        return self


def _check_below(leave: float, enter: float) -> None:
    if leave >= enter:
        raise InvalidValue(
            "`leave` must be lower than `enter`, or the lead would change back and forth",
            "`leave` は `enter` より低くしてください。同じか高いと、行き来します",
        )


class RankPart(Part):
    """When a lead has the rank: by its points, or by its grade and level."""

    enter: float | None = None
    leave: float | None = None
    any_of: Annotated[
        tuple[Annotated[str, Field(pattern="^[A-D][1-4]$")], ...],
        Field(min_length=1, description="Grades with levels, such as A3, instead of points"),
    ] = ()

    @model_validator(mode="after")
    def _one_way(self) -> "RankPart":
        if self.any_of and (self.enter is not None or self.leave is not None):
            raise InvalidValue(
                "write either `enter` and `leave`, or `any_of`",
                "`enter` と `leave`、または `any_of` のどちらかを書いてください",
            )
        if not self.any_of:
            if self.enter is None or self.leave is None:
                raise InvalidValue(
                    "write `enter` and `leave` (points), or `any_of` (grades with levels)",
                    "`enter` と `leave`（点数）、または `any_of`（グレードとレベル）を書いてください",
                )
            _check_below(self.leave, self.enter)
        return self


class HotPart(RankPart):
    needs: Annotated[
        Literal["proof", "nothing"],
        Field(description="With `proof`, a lead turns hot only after a click in a mail, or a reply"),
    ] = "proof"


class CountPart(Part):
    """How often in a window. With `at_most` alone, the lead did it before and has stopped."""

    at_least: Annotated[int, Field(ge=1, le=MOST_TIMES)] | None = None
    at_most: Annotated[int, Field(ge=0, le=MOST_TIMES - 1)] | None = None
    within: Duration

    @model_validator(mode="after")
    def _possible(self) -> "CountPart":
        if self.at_least is None and self.at_most is None:
            raise InvalidValue("write `at_least` or `at_most`", "`at_least` か `at_most` を書いてください")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise InvalidValue("`at_most` is lower than `at_least`", "`at_most` が `at_least` より小さくなっています")
        return self


class EngagementPart(Part):
    code: Name
    on: ScoredActivity
    where: Conditions = Field({}, description="What is known of the activity: {seconds: {at_least: 60}}, {type: pdf}")
    count: CountPart | None = Field(None, description="The points are given whole while this holds: {at_least: 3, …}")
    points: float
    cap: float | None = None
    group: Name | None = None
    words: LocalizedText

    @model_validator(mode="after")
    def _gives_once(self) -> "EngagementPart":
        if self.count and self.cap is not None:
            raise InvalidValue(
                "a rule with `count` gives its points once; leave `cap` out",
                "`count` のあるルールの点は 1 回分だけです。`cap` は書かないでください",
            )
        return self


class FitPart(Part):
    code: Name
    when: AllOf
    points: float
    group: Name | None = None
    words: LocalizedText


class DisqualifierPart(Part):
    code: Name
    when: AllOf
    words: LocalizedText


class GroupPart(Part):
    cap: Cap = Field(description="The most points of all rules of the group together")


class GradesPart(Part):
    """The least fit of each grade; a lead with less than C is a D."""

    A: float
    B: float
    C: float


class ModelPart(Part):
    """A scoring model."""

    half_life: Duration
    warm: RankPart
    hot: HotPart
    grades: GradesPart | None = Field(None, description="The least fit of each grade: {A: 40, B: 25, C: 10}")
    levels: dict[Literal[2, 3, 4], ThresholdPart] = Field({}, description="The engagement of the levels 2, 3 and 4")
    engagement: tuple[EngagementPart, ...] = ()
    fit: tuple[FitPart, ...] = ()
    groups: dict[Name, GroupPart] = Field({}, description="The rules that share a cap: {web: {cap: 60}}")
    engagement_cap: float | None = None
    fit_cap: float | None = None


class NamedModelPart(ModelPart):
    channel: str = Field(
        "", pattern=r"^([CG][A-Z0-9]{5,})?$", description="Id of the Slack channel for hot leads; without it, no alerts"
    )


def _listed(written: Any) -> Any:
    return [written] if isinstance(written, str) else written


class ScoringFile(ModelPart):
    disqualify: tuple[DisqualifierPart, ...] = Field((), description="Leads that are cold, however many points")
    reset: Annotated[
        tuple[Literal["opportunity lost", "not a fit"], ...],
        BeforeValidator(_listed, json_schema_input_type=str | list[str]),
        Field(description="What ends all engagement up to then"),
    ] = ()
    models: dict[Name, NamedModelPart] = Field({}, description="Further models, each with rules of its own")

    def placed_models(self) -> Iterator[tuple[DocumentPath, ModelPart]]:
        """Yield each model with its path into the file, the main one first."""
        yield (), self
        for name, model in self.models.items():
            yield ("models", name), model

    def placed_words(self) -> Iterator[tuple[DocumentPath, LocalizedText, bool]]:
        """Yield the words of each rule, with their path, and whether they are about something that the lead did."""
        for where, model in self.placed_models():
            for number, rule in enumerate(model.engagement):
                yield (*where, "engagement", number, "words"), rule.words, True
            for number, fit in enumerate(model.fit):
                yield (*where, "fit", number, "words"), fit.words, False
        for number, disqualifier in enumerate(self.disqualify):
            yield ("disqualify", number, "words"), disqualifier.words, False
