"""Times as they are written in steps."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from ripen_authoring import written_times


def _span(phrase: str) -> str:
    written_times.until(phrase)
    return phrase


SpanText = Annotated[str, AfterValidator(_span)]
"""3 days at 10:00 · 4 business hours · until Tuesday at 10:00 · until renewal - 7 days at 09:00 (phrases.until)."""
At = Annotated[str, BeforeValidator(written_times.time_of_day, json_schema_input_type=str)]
Moment = Annotated[str, AfterValidator(written_times.moment)]
