"""The compiled playbook: what `ripen publish` writes and the functions read. The marketer's files are checked by
layers/authoring (pydantic); here is what is left of them, in a form that loads in a millisecond.

msgspec structs, because steps are a tagged union. Texts by locale are dicts such as {"ja": …, "en": …}.
"""

from typing import Literal

from msgspec import Struct, field

from ripen.playbook.clause import Clause, Condition
from ripen.playbook.graph import Journey, Priority, Texts


class Brand(Struct, frozen=True, kw_only=True):
    """Who speaks: playbook/ripen.yaml."""

    name: Texts
    sender_name: Texts
    sender: str
    """The address mails come from; its domain is verified in SES."""
    reply_to: str
    postal_address: Texts
    contact: Texts
    """Where complaints go: a phone number, an address or a URL (特定電子メール法)."""
    privacy_url: str = ""
    locales: tuple[str, ...] = ("ja", "en")
    default_locale: str = "ja"
    time_zone: str = "Asia/Tokyo"
    accent: str = "#0f766e"
    """The brand's colour on pages and in mails."""


class Tracking(Struct, frozen=True, kw_only=True):
    """Visits: where our script runs, and on whose word."""

    sites: tuple[str, ...] = ()
    """The company's own sites that include /ripen.js, e.g. "https://www.example.jp"."""
    consent: Literal["required", "assumed"] = "required"
    """Whether our own pages wait for `window.ripenConsent` before they look at anything."""
    pages: dict[str, tuple[str, ...]] = {}
    """Names for pages of those sites, by path; a "*" at the end stands for anything."""


class SyncRule(Struct, frozen=True, kw_only=True):
    """Which leads the CRM gets (DESIGN rule 9): all of `when` hold and none of `unless`."""

    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    lead_source: str = "Ripen"


class FormField(Struct, frozen=True, kw_only=True):
    name: str
    type: Literal["email", "text", "tel", "date", "select", "textarea"] = "text"
    label: Texts
    required: bool = False
    autocomplete: str = ""
    placeholder: Texts = {}
    options: tuple[Texts, ...] = ()
    max_length: int = 200
    entry: bool = False
    """Kept with the submission's activity, among its facts: where it was for, such as a webinar's date. No personal data."""


class Consent(Struct, frozen=True, kw_only=True):
    """The wording under the tick box, as data: the record of a consent keeps it."""

    purpose: str = "marketing"
    version: str
    text: Texts


class Form(Struct, frozen=True, kw_only=True):
    name: str
    title: Texts
    fields: tuple[FormField, ...]
    submit: Texts
    consent: Consent | None = None
    honeypot: str = "website"
    """A field people do not see: filled in, it was a machine."""
    thank_you: str = ""
    """Name of the page a browser is sent to."""
    origins: tuple[str, ...] = ()
    """Sites that may post this form from a browser (CORS), e.g. "https://www.example.jp"."""
    sources: dict[str, dict[str, str]] = {}
    """By provider, where its answers go: {"typeform": {"form_id": …, "<question ref>": "<our field>"}}."""
    mapping: dict[str, str] = {}
    """From names a company's own site uses to ours: {"mail": "email", "氏名": "full_name"}."""


class Page(Struct, frozen=True, kw_only=True):
    """A landing page: Liquid, rendered with the form, the brand and the locale."""

    name: str
    source: Texts
    """Liquid by locale; one under "*" serves all."""
    title: Texts
    form: str = ""


class Mail(Struct, frozen=True, kw_only=True):
    """One mail in one locale: Liquid for each part; html is compiled from MJML, its hrefs are {{ links[n] }}."""

    subject: str
    html: str
    text: str
    preheader: str = ""
    links: tuple[str, ...] = ()
    """Targets by number, frozen at publish: absolute, or a path on our own site ("/pages/…")."""


class Email(Struct, frozen=True, kw_only=True):
    name: str
    mail_class: Literal["marketing", "transactional"]
    locales: dict[str, Mail]
    sender_name: Texts = {}
    purpose: str = "marketing"
    """Which consent a marketing mail needs."""
    sender: Literal["brand", "owner"] = "brand"
    """Who it is from: the brand, or the lead's owner in the CRM where there is one (replies go there too)."""


class EngagementRule(Struct, frozen=True, kw_only=True):
    """Points for one kind of activity; `subject` "" means any. `cap`: the most this rule gives at any moment."""

    code: str
    kind: str
    subject: str = ""
    points: float
    cap: float | None = None
    words: Texts
    """The reason in words, Liquid: {{ count }}, {{ today }}, {{ subject }}, {{ last }}."""


class FitRule(Struct, frozen=True, kw_only=True):
    code: str
    when: tuple[Condition, ...]
    points: float
    words: Texts


class Threshold(Struct, frozen=True, kw_only=True):
    """Hysteresis: up at `enter`, down only below `leave`."""

    enter: float
    leave: float


class Scoring(Struct, frozen=True, kw_only=True):
    half_life_days: float
    engagement: tuple[EngagementRule, ...]
    fit: tuple[FitRule, ...]
    warm: Threshold
    hot: Threshold
    fit_cap: float | None = None
    engagement_cap: float | None = None


class Segment(Struct, frozen=True, kw_only=True):
    """All of `when` and all of `also` hold. `when` has what one field can tell, which is found by index."""

    name: str
    when: tuple[Condition, ...] = ()
    also: tuple[Clause, ...] = ()


class QuietHours(Struct, frozen=True, kw_only=True):
    """No marketing mail between these times of the lead's day: "21:00" to "08:00"."""

    start: str
    end: str


class Policy(Struct, frozen=True, kw_only=True):
    """What holds for every marketing mail; days and weeks are the lead's own."""

    per_day: int | None = None
    per_week: int | None = None
    """Most marketing mails to one lead in 7 days; None: no cap."""
    quiet: QuietHours | None = None
    unless: Clause | None = None
    """Nobody for whom this holds gets marketing mail (a competitor, a student)."""
    spares_opportunities: bool = False
    """Nobody gets marketing mail at a company with which sales has an open opportunity in the CRM."""


class Calendar(Struct, frozen=True, kw_only=True):
    """When the company works: public holidays of `country` (ISO 3166, "" for none), its own closures, its hours."""

    country: str = "JP"
    closures: tuple[tuple[str, str], ...] = ()
    """First and last day, "2026-12-29"; or "12-29", each year."""
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    opens: str = "09:00"
    closes: str = "18:00"


class Campaign(Struct, frozen=True, kw_only=True):
    """One mailing to one segment at one time: playbook/campaigns/<name>.yaml."""

    name: str
    email: str
    segment: str = ""
    recipients_of: str = ""
    """Instead of a segment: who received this other campaign."""
    at: str
    """Local date and time, "2026-12-01T10:00"."""
    zone: Literal["brand", "lead"] = "brand"
    """Whose local time."""
    per_hour: int | None = None
    """No faster than this."""
    canary: float = 0
    """So large a share of the audience first, 0 to 1 …"""
    canary_seconds: int = 0
    """… and the rest so much later, if nothing halted it."""
    priority: Priority = "normal"
    expires_seconds: int = 86400
    halt_bounces: float = 0.05
    """Halts where this share of the mails bounced, …"""
    halt_complaints: float = 0.001
    halt_unsubscribes: float = 0.02


class Bundle(Struct, frozen=True, kw_only=True):
    """`hash` is of the content of all else; the bundle lies in S3 under it and is never deleted."""

    hash: str = ""
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
    """Lifecycle stages, in their order."""
    tracking: Tracking | None = None
    """None: no page carries our script, and no beacon is taken."""
