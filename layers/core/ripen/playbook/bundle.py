"""The compiled playbook: `ripen publish` writes it and the functions read it, in a form that loads in a millisecond.

The marketer's files are checked by layers/authoring (pydantic). These are msgspec structs, because steps are a tagged
union. Texts by locale are dicts such as {"ja": …, "en": …}.
"""

from enum import StrEnum
from typing import Literal

from msgspec import Struct, field

from ripen.playbook.business_calendar import Calendar
from ripen.playbook.clause import Clause, Condition
from ripen.playbook.graph import Journey, Priority, Texts
from ripen.playbook.retention import Retention
from ripen.playbook.routing import Routing
from ripen.playbook.scoring import Scoring

FORMAT = 1
"""The newest format of bundles that this code reads. docs/internals/upgrade.md says when to raise it."""


class Brand(Struct, frozen=True, kw_only=True):
    """The sender of all mails and pages, from playbook/ripen.yaml."""

    name: Texts
    sender_name: Texts
    sender: str
    """The From address of mails; its domain is verified in SES."""
    transactional_sender: str = ""
    """The From address of transactional mails, "" for the same."""
    reply_to: str
    postal_address: Texts
    contact: Texts
    """Contact for complaints: a phone number, an address or a URL (特定電子メール法)."""
    legal_name: Texts = {}
    """The registered name of the sender (特定電子メール法 §4); {} in bundles of earlier releases."""
    privacy_url: str = ""
    locales: tuple[str, ...] = ("ja", "en")
    default_locale: str = "ja"
    time_zone: str = "Asia/Tokyo"
    accent: str = "#0f766e"
    """Colour of the brand on pages and in mails."""


class Tracking(Struct, frozen=True, kw_only=True):
    """Tracking of visits: on which sites our script runs, and whether it needs consent."""

    sites: tuple[str, ...] = ()
    """The company's own sites that include /ripen.js, e.g. "https://www.example.jp"."""
    consent: Literal["required", "assumed"] = "required"
    """Whether our own pages wait for `window.ripenConsent` before they track anything."""
    pages: dict[str, tuple[str, ...]] = {}
    """Names of pages on those sites, each with its paths; a "*" at the end of a path matches anything."""


class CrmWrite(StrEnum):
    """When a field of an existing Lead gets our value. A new Lead always gets it."""

    ONLY_IF_BLANK = "only if blank"
    OURS = "ours"
    THEIRS = "theirs"
    """Never."""
    NEWEST = "newest"
    """If the lead gave the value after the last change of the record, or if the field is blank."""
    APPEND = "append"
    """On a line of its own below what is there, once."""
    FORWARD = "forward"
    """If the field is blank, or has one of the values of the field's map that come before ours."""


class CrmField(Struct, frozen=True, kw_only=True):
    """What a field of the CRM's Leads gets: a value of the lead, or the same value for every lead."""

    source: str = ""
    """Name of the lead's value, as in conditions; "" if `value` is given."""
    value: str | int | bool | None = None
    values: dict[str, str] = {}
    """The CRM's value for each value of the lead, in order; {} if they are the same. A value without one is left
    out."""
    write: CrmWrite = CrmWrite.ONLY_IF_BLANK
    clears: bool = False
    """Whether the field becomes blank when the lead has no value any more."""


class SyncRule(Struct, frozen=True, kw_only=True):
    """Which leads are written to the CRM: all of `when` and none of `unless` hold."""

    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    lead_source: str = "Ripen"
    fields: dict[str, CrmField] = {}
    """By the CRM's names. They replace what a field gets otherwise."""
    users: dict[str, str] = {}
    """The id or the username of a salesperson's user in the CRM, by the address in Slack, in small letters."""

    @property
    def timed(self) -> frozenset[str]:
        """The lead's values for which it matters when they were given."""
        return frozenset(field.source for field in self.fields.values() if field.write is CrmWrite.NEWEST)


class FormField(Struct, frozen=True, kw_only=True):
    """One input of a form."""

    name: str
    type: Literal["email", "text", "tel", "date", "select", "textarea"] = "text"
    label: Texts
    required: bool = False
    autocomplete: str = ""
    placeholder: Texts = {}
    options: tuple[Texts, ...] = ()
    """The words of each option of a select, by locale."""
    values: tuple[str, ...] = ()
    """The value that is kept for each option; () in bundles of older code, which keep the words as sent."""
    max_length: int = 200
    entry: bool = False
    """Whether the value is stored with the submission's activity, such as a webinar's date. Not for personal data."""


class Consent(Struct, frozen=True, kw_only=True):
    """The wording next to the tick box; each consent record stores it."""

    purpose: str = "marketing"
    version: str
    text: Texts


class Form(Struct, frozen=True, kw_only=True):
    """A form, from playbook/forms/<name>.yaml."""

    name: str
    title: Texts
    fields: tuple[FormField, ...]
    submit: Texts
    consent: Consent | None = None
    opt_in: Literal["single", "double"] = "single"
    """With "double", a consent counts only after the button on a page that we mail a link to."""
    hand_off: bool = field(default=False, name="alerts_sales")
    """Whether a submission asks for contact: the lead is handed off to sales at once, whatever the rank."""
    honeypot: str = "website"
    """Name of a hidden field; a submission that fills it in comes from a machine."""
    thank_you: str = ""
    """Name of the page that a browser is redirected to."""
    origins: tuple[str, ...] = ()
    """Sites that may post this form from a browser (CORS), e.g. "https://www.example.jp"."""
    sources: dict[str, dict[str, str]] = {}
    """Field mappings by provider: {"typeform": {"form_id": …, "<question ref>": "<our field>"}}."""
    mapping: dict[str, str] = {}
    """From the field names of a company's own site to ours: {"mail": "email", "氏名": "full_name"}."""


class Page(Struct, frozen=True, kw_only=True):
    """A landing page: Liquid, rendered with the form, the brand and the locale."""

    name: str
    source: Texts
    """Liquid by locale; the key "*" is for all locales."""
    title: Texts
    form: str = ""


class Mail(Struct, frozen=True, kw_only=True):
    """One mail in one locale, each part in Liquid. The HTML is compiled from MJML; its hrefs are {{ links[n] }}."""

    subject: str
    html: str
    text: str
    preheader: str = ""
    links: tuple[str, ...] = ()
    """Targets by number, fixed at publish: absolute URLs, or paths on our own site ("/pages/…")."""


class Email(Struct, frozen=True, kw_only=True):
    """An email of the playbook in all its locales."""

    name: str
    mail_class: Literal["marketing", "transactional"]
    locales: dict[str, Mail]
    sender_name: Texts = {}
    purpose: str = "marketing"
    """The consent that a marketing mail needs."""
    sender: Literal["brand", "owner"] = "brand"
    """The sender: the brand, or the lead's owner in the CRM if there is one. Replies go to the sender too."""


class Segment(Struct, frozen=True, kw_only=True):
    """A group of leads for which all of `when` and all of `also` hold.

    `when` has the conditions on a single field, which an index can find; `also` has all other clauses.
    """

    name: str
    title: Texts = {}
    when: tuple[Condition, ...] = ()
    also: tuple[Clause, ...] = ()


class QuietHours(Struct, frozen=True, kw_only=True):
    """No marketing mail is sent between these times of the lead's day, such as "21:00" to "08:00"."""

    start: str
    end: str


class Policy(Struct, frozen=True, kw_only=True):
    """Limits for all marketing mail, in the lead's own days and weeks."""

    per_day: int | None = None
    per_week: int | None = None
    """Most marketing mails to one lead in 7 days; None: no limit."""
    quiet: QuietHours | None = None
    unless: Clause | None = None
    """A lead that meets this gets no marketing mail (a competitor, a student)."""
    skips_open_opportunities: bool = False
    """Whether leads at a company with an open opportunity in the CRM get no marketing mail."""


class Campaign(Struct, frozen=True, kw_only=True):
    """One mailing to one segment at one time, from playbook/campaigns/<name>.yaml."""

    name: str
    title: Texts = {}
    email: str
    segment: str = ""
    recipients_of: str = ""
    """Instead of a segment: the recipients of this other campaign."""
    at: str
    """Local date and time, "2026-12-01T10:00"."""
    zone: Literal["brand", "lead"] = "brand"
    """Whether `at` is in the brand's or in each lead's time zone."""
    per_hour: int | None = None
    """Most mails per hour; None: no limit."""
    canary: float = 0
    """Share of the audience that gets the mail first, 0 to 1."""
    canary_seconds: int = 0
    """How much later the rest gets the mail, unless the campaign was halted."""
    priority: Priority = "normal"
    expires_seconds: int = 86400
    halt_bounces: float
    """The campaign halts when more than this share of its mails bounced."""
    halt_complaints: float
    halt_unsubscribes: float


class Bundle(Struct, frozen=True, kw_only=True):
    """The whole compiled playbook. It is stored in S3 under `hash`, the hash of its content, and never deleted."""

    hash: str = ""
    format: int = 1
    """The format that a function must read to use this bundle."""
    brand: Brand
    sync: SyncRule
    scoring: Scoring
    policy: Policy = field(default_factory=Policy)
    forms: dict[str, Form] = {}
    pages: dict[str, Page] = {}
    emails: dict[str, Email] = {}
    journeys: dict[str, Journey] = {}
    segments: dict[str, Segment] = {}
    campaigns: dict[str, Campaign] = {}
    calendar: Calendar = field(default_factory=Calendar)
    stages: tuple[str, ...] = ("lead", "mql", "sql", "opportunity", "customer")
    """Lifecycle stages in order."""
    tracking: Tracking | None = None
    """None: no page has our script, and beacons are rejected."""
    keep: Retention = field(default_factory=Retention)
    routing: Routing | None = None
    """None: hand-offs have no owner and no clock."""
