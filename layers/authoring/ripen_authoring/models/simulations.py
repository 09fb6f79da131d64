"""simulations/<name>.yaml."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ripen_authoring import expressions
from ripen_authoring.models.part import Part
from ripen_authoring.problem import InvalidValue, quoted


def _local(written: Any) -> str:
    try:
        at = datetime.fromisoformat(str(written)).replace(tzinfo=None)
    except ValueError:
        raise InvalidValue(
            f"{quoted(written)} is not a date and time; write e.g. 2026-11-24 10:00",
            f"{quoted(written)} は日時ではありません。例: 2026-11-24 10:00",
        ) from None
    expressions.check_year(at)
    return at.isoformat(" ", "minutes")


LocalTime = Annotated[str, BeforeValidator(_local, json_schema_input_type=str)]


class ScenarioFile(Part):
    journey: str
    lead: str
    begins: LocalTime = Field(alias="from")
    """In the lead's time zone."""
    events: tuple[str, ...] = ()
    by_hand: bool = False
    language: Literal["ja", "en"] | None = None
    """The language of the stored transcript; by default the first language of ripen.yaml."""
    answers: dict[str, dict[str, Any] | Literal["failed"]] = Field(default_factory=dict)
    """The answers of webhooks, by the id of their step."""
