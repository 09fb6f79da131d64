"""Types for times in the files."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from ripen_authoring import expressions


def _checked(phrase: str) -> str:
    expressions.wait_end(phrase)
    return phrase


WaitText = Annotated[str, AfterValidator(_checked)]
"""3 days at 10:00 · 4 business hours · until Tuesday at 10:00 · until renewal - 7 days at 09:00."""
TimeOfDay = Annotated[str, BeforeValidator(expressions.time_of_day, json_schema_input_type=str)]
LocalDateTime = Annotated[str, AfterValidator(expressions.local_date_time)]
