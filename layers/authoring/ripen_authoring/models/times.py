"""Types for times in the files."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from ripen_authoring import expressions
from ripen_authoring.problem import InvalidValue, quoted


def _checked(phrase: str) -> str:
    expressions.wait_end(phrase)
    return phrase


WaitText = Annotated[str, AfterValidator(_checked)]
"""3 days at 10:00 · 4 business hours · until Tuesday at 10:00 · until renewal - 7 days at 09:00."""
TimeOfDay = Annotated[str, BeforeValidator(expressions.time_of_day, json_schema_input_type=str)]
LocalDateTime = Annotated[str, AfterValidator(expressions.local_date_time)]


def kept_for(least: int, why_en: str, why_ja: str) -> BeforeValidator:
    """Return the validator of how long to keep something: at least this many days, or None for "forever"."""

    def read(written: str) -> int | None:
        if str(written).strip() == "forever":
            return None
        try:
            found = expressions.days(written)
        except InvalidValue:
            raise InvalidValue(
                f"{quoted(written)} is not a number of days; write {least} days or more, or forever",
                f"{quoted(written)} は日数ではありません。{least} days 以上か forever を書いてください",
            ) from None
        if found < least:
            raise InvalidValue(
                f"{quoted(written)} is too short: {why_en}; write {least} days or more, or forever",
                f"{quoted(written)} は短すぎます。{why_ja}。{least} days 以上か forever を書いてください",
            )
        return found

    return BeforeValidator(read, json_schema_input_type=str)
