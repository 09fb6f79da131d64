"""scoring.yaml."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ripen_authoring import expressions
from ripen_authoring.models.activities import ACTIVITIES, ActivityPart
from ripen_authoring.models.part import AllOf, LocalizedText, Name, Part
from ripen_authoring.problem import InvalidValue


class ScoredActivity(ActivityPart):
    @model_validator(mode="after")
    def _one(self) -> "ScoredActivity":
        if sum(bool(getattr(self, key)) for key in ACTIVITIES) != 1:
            raise InvalidValue(
                "write exactly one of form, page, click, read or download",
                "form、page、click、read、download のどれか 1 つだけを書いてください",
            )
        return self


class ThresholdPart(Part):
    enter: float
    leave: float

    @model_validator(mode="after")
    def _below(self) -> "ThresholdPart":
        if self.leave >= self.enter:
            raise InvalidValue(
                "`leave` must be lower than `enter`, or the rank would change back and forth",
                "`leave` は `enter` より低くしてください。同じか高いと、ランクが行き来します",
            )
        return self


class HotPart(ThresholdPart):
    needs: Annotated[
        Literal["proof", "nothing"],
        Field(description="With `proof`, a lead turns hot only after a click in a mail, or a reply"),
    ] = "proof"


class EngagementPart(Part):
    code: Name
    on: ScoredActivity
    points: float
    cap: float | None = None
    words: LocalizedText


class FitPart(Part):
    code: Name
    when: AllOf
    points: float
    words: LocalizedText


class ScoringFile(Part):
    half_life: Annotated[int, BeforeValidator(expressions.seconds, json_schema_input_type=str)]
    warm: ThresholdPart
    hot: HotPart
    engagement: tuple[EngagementPart, ...] = ()
    fit: tuple[FitPart, ...] = ()
    engagement_cap: float | None = None
    fit_cap: float | None = None
