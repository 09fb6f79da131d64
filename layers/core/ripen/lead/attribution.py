"""How somebody came to us: campaign, click ids, referrer, as the page carried them along or as its address says."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from ripen.lead.lead import Touch
from ripen.lead.text import clean

CAMPAIGN_PARAMETERS = (
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "gclid",
    "yclid",
    "fbclid",
)
MAX_LENGTH = 500
"""Characters of an address or a campaign that are kept; more is cut off, because tracking must not lose a lead."""


def read_touch(known: Mapping[str, str], now: datetime, referer: str) -> Touch:
    """Where from: as the page passed it on, else as its own address says."""
    url = _web(known.get("page_url", "")) or _web(referer)[:MAX_LENGTH]
    in_url = _query(url)
    campaign = {name: (known.get(name) or in_url.get(name, ""))[:MAX_LENGTH] for name in CAMPAIGN_PARAMETERS}
    return Touch(at=now, url=url, referrer=_web(known.get("referrer", "")), **campaign)


def _web(url: str) -> str:
    """The address if it is one of the web, else ""."""
    return url if url.startswith(("https://", "http://")) and url.isprintable() else ""


def _query(url: str) -> dict[str, str]:
    try:
        query = urlsplit(url).query
    except ValueError:
        return {}
    found = {name: clean(values[-1]) for name, values in parse_qs(query).items()}
    return {name: value for name, value in found.items() if value}
