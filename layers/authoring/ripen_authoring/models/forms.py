"""forms/<name>.yaml, and the front matter of pages/<name>.<locale>.liquid."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ripen_authoring.models.part import FieldName, LocalizedText, Part
from ripen_authoring.models.settings import Site


class OptionPart(Part):
    """An option of a select. Its value is kept, whichever language the person reads it in."""

    label: LocalizedText
    value: str = Field("", max_length=200, description="What is kept; without it, the label in the first language")

    def kept(self, locales: tuple[str, ...]) -> str:
        """Return the value that is kept."""
        return self.value or next(iter(self.label.by_locale(locales).values()), "")


def _option(written: Any) -> Any:
    is_label = isinstance(written, str) or (isinstance(written, dict) and "label" not in written)
    return {"label": written} if is_label else written


class FieldPart(Part):
    name: FieldName
    type: Literal["email", "text", "tel", "date", "select", "textarea"] = "text"
    label: LocalizedText
    placeholder: LocalizedText = Field(default_factory=lambda: LocalizedText({"*": ""}))
    options: tuple[
        Annotated[OptionPart, BeforeValidator(_option, json_schema_input_type=LocalizedText | OptionPart)], ...
    ] = ()
    autocomplete: str = ""
    required: bool = False
    max_length: Annotated[int, Field(ge=1, le=5000)] = 200
    entry: bool = Field(
        False, description="Keep the answer with the submission: {{ entry.<name> }} in mails, `once per <name>`"
    )


class ConsentPart(Part):
    version: str
    text: LocalizedText
    purpose: Literal["marketing"] = "marketing"


class Source(Part):
    form_id: str
    fields: dict[str, str]


class FormFile(Part):
    title: LocalizedText
    submit: LocalizedText
    fields: Annotated[tuple[FieldPart, ...], Field(min_length=1)]
    consent: ConsentPart | None = None
    opt_in: Literal["single", "double"] = "single"
    hand_off: bool = Field(
        False,
        description="For a form that asks for contact: sales gets the lead at once, whatever the rank",
    )
    honeypot: str = "website"
    thank_you: str = ""
    lead_magnet: str = ""
    origins: tuple[Site, ...] = ()
    mapping: dict[str, str] = Field({})
    sources: dict[Literal["typeform"], Source] = Field({})


class PageFront(Part):
    title: str
    form: str = ""
