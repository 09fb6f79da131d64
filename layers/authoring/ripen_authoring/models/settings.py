"""ripen.yaml."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ripen_authoring import expressions
from ripen_authoring.models.clauses import ClauseTree
from ripen_authoring.models.part import AllOf, LocalizedText, Name, Part
from ripen_authoring.models.times import TimeOfDay, kept_for
from ripen_authoring.models.triggers import Triggers
from ripen_authoring.problem import InvalidValue


class BrandPart(Part):
    name: LocalizedText
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0f766e"
    privacy_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""


class Sender(Part):
    address: str
    transactional_address: str = Field("", description="The From address of transactional mail, if it is another one")
    reply_to: str
    name: LocalizedText
    legal_name: LocalizedText = Field(
        description="The company's registered name, or your own. 特定電子メール法 requires it in marketing mail"
    )
    postal_address: LocalizedText
    contact: LocalizedText


class TimeRange(Part):
    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay


class PolicyPart(Part):
    per_day: Annotated[int, Field(ge=1)] | None = None
    per_week: Annotated[int, Field(ge=1)] | None = None
    quiet: TimeRange | None = Field(None, description="No marketing mail between these times of the lead's day")
    unless: ClauseTree | None = Field(None, description="Leads that meet this clause get no marketing mail")
    open_opportunity: Literal["send", "skip"] = Field(
        "send",
        description="skip: no marketing mail to leads whose company has an open opportunity in Salesforce",
    )


Weekday = Annotated[int, BeforeValidator(expressions.weekday, json_schema_input_type=str)]
Closure = Annotated[tuple[str, str], BeforeValidator(expressions.closure, json_schema_input_type=str)]


class CalendarPart(Part):
    country: str = Field("JP", description='The country of the public holidays: two letters (ISO 3166), or "" for none')
    closures: tuple[Closure, ...] = ()
    workdays: Annotated[tuple[Weekday, ...], Field(min_length=1)] = (0, 1, 2, 3, 4)
    hours: TimeRange = Field(default_factory=lambda: TimeRange(from_="09:00", to="18:00"))

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "CalendarPart":
        if self.hours.from_ >= self.hours.to:
            raise InvalidValue(
                "in `hours`, `from` must be before `to`", "`hours` の `from` は `to` より前にしてください"
            )
        return self


class Utm(Part):
    """Parameters for links to our own sites that have none. utm_campaign is the name of the mail."""

    source: str = "ripen"
    medium: str = "email"


class SyncField(Part):
    """The value for a field of Salesforce's Leads. New Leads get it, and others as `write` says."""

    from_: str = Field("", alias="from", description="A value of the lead, or a field of a form")
    value: str | bool | int | None = Field(None, description="The same value for every Lead")
    values: dict[str, str] = Field(
        {}, description="Salesforce's value for each value of the lead, in order; a value without one is left out"
    )
    write: Literal["only if blank", "ours", "theirs", "newest", "append", "forward"] = Field(
        "only if blank", description="When a Lead that exists gets the value"
    )
    blank: Literal["keep", "clear"] = Field(
        "keep", description="What becomes of the field when the lead has no value any more"
    )

    @model_validator(mode="after")
    def _can_be_written(self) -> "SyncField":
        if self.write == "newest" and not self.from_:
            raise InvalidValue(
                "`newest` needs `from`: a value without a time is never newer",
                "`newest` には `from` が必要です。固定の値には日時がありません",
            )
        if self.write == "forward" and not self.values:
            raise InvalidValue(
                "`forward` needs `values`: their order says what comes later",
                "`forward` には `values` が必要です。並び順で前後を判断します",
            )
        if self.values and not self.from_:
            raise InvalidValue("`values` needs `from`", "`values` には `from` が必要です")
        if self.blank == "clear" and (self.write != "ours" or not self.from_):
            raise InvalidValue(
                "`blank: clear` needs `from` and `write: ours`",
                "`blank: clear` には `from` と `write: ours` が必要です",
            )
        return self

    @model_validator(mode="after")
    def _has_one_source(self) -> "SyncField":
        if bool(self.from_) == (self.value is not None):
            raise InvalidValue("write either `from` or `value`", "`from` か `value` のどちらか一方を書いてください")
        return self


SalesforceName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]


_SlackAddress = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
_SalesforceUser = Annotated[str, Field(pattern=r"^(005[A-Za-z0-9]{12}([A-Za-z0-9]{3})?|[^@\s]+@[^@\s]+)$")]


class Sync(Part):
    lead_source: str = "Ripen"
    fields: dict[SalesforceName, SyncField] = Field({})
    users: dict[_SlackAddress, _SalesforceUser] = Field(
        {}, description="The Salesforce user (id or username) of people whose address in Slack is another one"
    )
    campaigns: dict[str, Annotated[dict[str, Triggers], Field(min_length=1)]] = Field(
        {}, description="Salesforce campaigns by name or id: their member statuses in order, each with its triggers"
    )
    when: AllOf = ()
    unless: AllOf = ()


Site = Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?$")]


class TrackingPart(Part):
    sites: tuple[Site, ...] = ()
    consent: Literal["required", "assumed"] = "required"
    pages: dict[Name, tuple[Annotated[str, Field(pattern=r"^/")], ...]] = Field({})


_Period = Annotated[
    int | None,
    kept_for(30, "verdicts about clicks are revised for some weeks", "クリックの判定は数週間のあいだ見直されます"),
]
_Visits = Annotated[
    int | None,
    kept_for(
        100,
        "a browser's own record of its visits is kept for 90 days, and may join the lead again",
        "ブラウザー側の訪問記録は 90 日間残り、見込み客に再び結び付くことがあります",
    ),
]
_Refusals = Annotated[
    int | None,
    kept_for(1095, "refusals prove that later mail was not wanted", "配信停止などの記録は、あとで証明に使います"),
]
_Mails = Annotated[
    int | None,
    kept_for(730, "links in a mail lead to its row for two years", "メールのリンクは 2 年間その記録を使います"),
]


class KeepPart(Part):
    """How long rows are kept, by what they are about: 730 days, 104 weeks, or forever."""

    visits: _Visits = Field(730, description="Pages viewed and read, and links to other sites followed")
    downloads: _Visits = 730
    clicks: _Period = Field(730, description="Links followed in mails")
    forms: _Period = Field(1825, description="Submissions. One with a consent is kept as its proof")
    replies: _Period = 1825
    sales: _Period = Field(1825, description="What sales did: accepted, not a fit, converted, Salesforce campaigns")
    steps: _Period = Field(730, description="What steps of journeys did: points, updates, requests to enrol")
    refusals: _Refusals = Field(None, description="Unsubscribed, complained, bounced, and confirmations")
    mails: _Mails = Field(1095, description="The rows of sent and skipped mails")


class RipenFile(Part):
    brand: BrandPart
    sender: Sender
    locales: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...], Field(min_length=1)]
    time_zone: str = "Asia/Tokyo"
    policy: PolicyPart = Field(default_factory=PolicyPart)
    calendar: CalendarPart = Field(default_factory=CalendarPart)
    stages: Annotated[tuple[Name, ...], Field(min_length=1)] = ("lead", "mql", "sql", "opportunity", "customer")
    utm: Utm | None = None
    sync: Sync = Field(default_factory=Sync)
    tracking: TrackingPart | None = None
    keep: KeepPart = Field(default_factory=KeepPart)
    team: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()
    """Addresses that may receive test mails. They are verified in SES."""
