"""The marketer's files as pydantic models: what may be written in each. `compile` makes the bundle of them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from cli.playbook import phrases

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Words(RootModel[dict[str, str]]):
    """A text by locale, {ja: …, en: …}; a plain text is the same in all of them."""

    @model_validator(mode="before")
    @classmethod
    def _same_in_all(cls, written: Any) -> Any:
        return {"*": written} if isinstance(written, str) else written

    def by_locale(self, locales: tuple[str, ...]) -> dict[str, str]:
        """The text in each of these locales that has one."""
        if "*" in self.root:
            return dict.fromkeys(locales, self.root["*"])
        return {locale: self.root[locale] for locale in locales if locale in self.root}


class Test(Part):
    """What is asked of one field; all that is written here must hold."""

    any_of: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    at_least: float | None = None
    present: bool | None = None


def _test(written: Any) -> Any:
    match written:
        case "present" | "blank":
            return {"present": written == "present"}
        case str():
            return {"any_of": [written]}
        case list():
            return {"any_of": written}
    return written


Tests = dict[str, Annotated[Test, BeforeValidator(_test)]]
"""By field: {job_title: {contains: [director]}, phone: present, email_kind: company}."""


def _listed(written: Any) -> Any:
    return [written] if isinstance(written, dict) else written


AllOf = Annotated[tuple[Tests, ...], BeforeValidator(_listed)]


class Naming(Part):
    name: Words
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0f766e"
    privacy_url: str = ""


class Sender(Part):
    address: str
    reply_to: str
    name: Words
    postal_address: Words
    contact: Words


class Limits(Part):
    per_week: Annotated[int, Field(ge=1)] | None = None


class Sync(Part):
    lead_source: str = "Ripen"
    when: AllOf = ()
    unless: AllOf = ()


Site = Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:\d+)?$")]


class TrackingPart(Part):
    sites: tuple[Site, ...] = ()
    consent: Literal["required", "assumed"] = "required"
    pages: dict[Name, tuple[Annotated[str, Field(pattern=r"^/")], ...]] = {}


class RipenFile(Part):
    brand: Naming
    sender: Sender
    locales: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...], Field(min_length=1)]
    time_zone: str = "Asia/Tokyo"
    policy: Limits = Limits()
    sync: Sync = Sync()
    tracking: TrackingPart | None = None


class FieldPart(Part):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    type: Literal["email", "text", "tel", "select", "textarea"] = "text"
    label: Words
    placeholder: Words = Words({"*": ""})
    options: tuple[Words, ...] = ()
    autocomplete: str = ""
    required: bool = False
    max_length: Annotated[int, Field(ge=1, le=5000)] = 200


class ConsentPart(Part):
    version: str
    text: Words
    purpose: Literal["marketing"] = "marketing"


class Source(Part):
    form_id: str
    fields: dict[str, str]


class FormFile(Part):
    title: Words
    submit: Words
    fields: Annotated[tuple[FieldPart, ...], Field(min_length=1)]
    consent: ConsentPart | None = None
    honeypot: str = "website"
    thank_you: str = ""
    lead_magnet: str = ""
    origins: tuple[Site, ...] = ()
    mapping: dict[str, str] = {}
    sources: dict[Literal["typeform"], Source] = {}


class PageFront(Part):
    title: str
    form: str = ""


class On(Part):
    """One thing a lead does, named: {form: whitepaper}, {click: any}, {page: pricing}, {read: pricing}, {download: any}."""

    form: str = ""
    page: str = ""
    click: str = ""
    read: str = ""
    download: str = ""

    @model_validator(mode="after")
    def _one(self) -> "On":
        if sum(map(bool, (self.form, self.page, self.click, self.read, self.download))) != 1:
            raise ValueError("write exactly one of form, page, click, read or download")
        return self


class EnrolOn(Part):
    form: str


class EnrolPart(Part):
    on: EnrolOn
    again: Annotated[int | None, BeforeValidator(phrases.again)] = None


class StepPart(Part):
    """One step: a mail to send, or a time to wait."""

    send: str = ""
    wait: str = ""
    id: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> "StepPart":
        if bool(self.send) == bool(self.wait):
            raise ValueError("write either `send: <email>` or `wait: <time>`")
        if self.wait:
            phrases.seconds(self.wait)
        return self

    @property
    def name(self) -> str:
        """Its id: the one given, else verb and name."""
        return self.id or (f"send-{self.send}" if self.send else f"wait-{'-'.join(self.wait.split())}")


class JourneyFile(Part):
    enrol: EnrolPart
    goal: dict[Literal["rank"], Literal["warm", "hot"]] = {}
    steps: Annotated[tuple[StepPart, ...], Field(min_length=1)]


class EmailFile(Part):
    mail_class: Literal["marketing", "transactional"] = Field(alias="class")
    subject: Words
    preheader: Words = Words({"*": ""})
    sender_name: Words | None = None


class SegmentFile(Part):
    when: AllOf


class ThresholdPart(Part):
    enter: float
    leave: float

    @model_validator(mode="after")
    def _below(self) -> "ThresholdPart":
        if self.leave >= self.enter:
            raise ValueError("`leave` must be lower than `enter`, or the rank would flap")
        return self


class EngagementPart(Part):
    code: Name
    on: On
    points: float
    cap: float | None = None
    words: Words


class FitPart(Part):
    code: Name
    when: AllOf
    points: float
    words: Words


class ScoringFile(Part):
    half_life: Annotated[int, BeforeValidator(phrases.seconds)]
    warm: ThresholdPart
    hot: ThresholdPart
    engagement: tuple[EngagementPart, ...] = ()
    fit: tuple[FitPart, ...] = ()
    engagement_cap: float | None = None
    fit_cap: float | None = None
