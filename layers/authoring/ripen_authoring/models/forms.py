"""forms/<name>.yaml, and the front matter of pages/<name>.<locale>.liquid."""

from typing import Annotated, Literal

from pydantic import Field

from ripen_authoring.models.part import FieldName, LocalizedText, Part
from ripen_authoring.models.settings import Site


class FieldPart(Part):
    name: FieldName
    type: Literal["email", "text", "tel", "date", "select", "textarea"] = "text"
    label: LocalizedText
    placeholder: LocalizedText = Field(default_factory=lambda: LocalizedText({"*": ""}))
    options: tuple[LocalizedText, ...] = ()
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
    alerts_sales: bool = Field(
        False, description="For a form that asks for contact: sales gets a card at once, whatever the rank"
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
