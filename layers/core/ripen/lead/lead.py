"""A lead: one person whom we can name, and how that person came to us."""

from datetime import datetime

from msgspec import Struct


class Touch(Struct, frozen=True, kw_only=True):
    """One arrival: where from and under which campaign. Empty strings where nothing was known."""

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


class CrmLink(Struct, frozen=True, kw_only=True):
    """The record in the CRM that stands for this lead. `object` is "Lead" or "Contact"; `url` opens it in a browser."""

    object: str
    id: str
    url: str
    owner: str = ""
    owner_name: str = ""
    owner_email: str = ""


class Profile(Struct, frozen=True, kw_only=True):
    """Who the lead is, as typed by the lead (normalised at the door, shown as typed). Written by capture, and by
    the update steps of journeys; `crm` by whoever asks the CRM (sync, act, nurture.crm). Blank is the empty string, never None."""

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
    """E.164 where it could be read, with ";ext=" where there is one (RFC 3966); else as typed."""
    attributes: dict[str, str] = {}
    """Any other field of a form, by its name."""
    country: str = ""
    """ISO 3166, where it is known."""
    time_zone: str = ""
    """IANA name, where it is known."""
    tags: tuple[str, ...] = ()
    stage: str = ""
    """Lifecycle stage, one of Bundle.stages."""
    first_touch: Touch | None = None
    lead_touch: Touch | None = None
    """The touch of the submission that made the lead."""
    last_touch: Touch | None = None
    crm: CrmLink | None = None
    converted: datetime | None = None
    """When we saw that sales had made a Contact of the Lead in the CRM."""
