"""A lead: one identified person, and how that person arrived."""

from datetime import datetime

from msgspec import Struct


class Touch(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One arrival: referrer and campaign. Unknown values are empty strings."""

    at: datetime
    url: str = ""
    referrer: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    gclid: str = ""
    yclid: str = ""
    fbclid: str = ""
    wbraid: str = ""
    gbraid: str = ""
    msclkid: str = ""
    ldtag_cl: str = ""
    twclid: str = ""
    ttclid: str = ""
    li_fat_id: str = ""


class FormAnswers(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The answers of one submission that have no field of their own in the profile, by name; none is blank."""

    form: str
    at: datetime
    values: dict[str, str]


class CrmLink(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The lead's record in the CRM. `object` is "Lead" or "Contact"; `url` opens the record in a browser."""

    object: str
    id: str
    url: str
    owner: str = ""
    owner_name: str = ""
    owner_email: str = ""
    status: str = ""
    """That of a Lead, when the record was last read; Contacts have none."""
    deleted: bool = False
    """True while the record is in the CRM's recycle bin."""


class Profile(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who the lead is, as the lead typed it; blank values are empty strings, never None.

    Capture and the update steps of journeys write this row; `crm` is written by the functions that call the CRM
    (score.sync, notify.act, nurture.crm), and `crm_opt_out` by score.sync and capture.poll.
    """

    id: str
    email: str
    created: datetime
    locale: str = "ja"
    last_name: str = ""
    first_name: str = ""
    company: str = ""
    department: str = ""
    job_title: str = ""
    phone: str = ""
    """E.164, with ";ext=" before an extension (RFC 3966), if the number could be parsed; else as typed."""
    attributes: dict[str, str] = {}
    """All other fields of forms, by name."""
    answers: tuple[FormAnswers, ...] = ()
    """Of each form, those of its latest submission that had any, as sent: newest first. Nobody needs to prove them."""
    typed: dict[str, str] = {}
    """Values that a form gave later and that differ, by name: kept until the browser or the address is proven."""
    given_at: dict[str, datetime] = {}
    """When a form last gave these values: those that the CRM gets if they are newer than its own."""
    country: str = ""
    """ISO 3166 code, if known."""
    time_zone: str = ""
    """IANA name, if known."""
    tags: tuple[str, ...] = ()
    stage: str = ""
    """Lifecycle stage, one of Bundle.stages."""
    first_touch: Touch | None = None
    lead_touch: Touch | None = None
    """The touch of the submission that created the lead."""
    last_touch: Touch | None = None
    crm: CrmLink | None = None
    crm_opt_out: bool = False
    """True if sales noted in the CRM that the person wants no mail or no calls, when the record was last read."""
    converted: datetime | None = None
    """When we noticed that sales had converted the Lead to a Contact in the CRM."""
