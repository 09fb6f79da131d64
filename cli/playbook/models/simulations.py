"""simulations/<name>.yaml"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from cli.playbook.models.part import Part

LocalTime = Annotated[
    str, BeforeValidator(lambda written: str(written)[:16].replace("T", " "), json_schema_input_type=str)
]


class ScenarioFile(Part):
    journey: str
    lead: str
    begins: LocalTime = Field(alias="from")
    """Local to the lead."""
    events: tuple[str, ...] = ()
    by_hand: bool = False
    language: Literal["ja", "en"] = "en"
    answers: dict[str, dict[str, Any] | Literal["failed"]] = Field(default_factory=dict)
    """What webhooks answer, by step."""
