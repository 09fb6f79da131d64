"""How a visitor arrived: campaign, click ids and referrer, as the page passed them on or as its URL contains them."""

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
"""Characters kept of a URL or a campaign name; the rest is cut off rather than rejected, so that no lead is lost."""


def read_touch(submitted: Mapping[str, str], now: datetime, referer: str) -> Touch:
    """Return the touch from the values that the page submitted, else from the parameters of the page's URL."""
    url = _web(submitted.get("page_url", "")) or _web(referer)[:MAX_LENGTH]
    in_url = _query(url)
    campaign = {name: (submitted.get(name) or in_url.get(name, ""))[:MAX_LENGTH] for name in CAMPAIGN_PARAMETERS}
    return Touch(at=now, url=url, referrer=_web(submitted.get("referrer", "")), **campaign)


def _web(url: str) -> str:
    """Return the text if it is an http or https URL, else ""."""
    try:
        is_web = urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != ""
    except ValueError:
        return ""
    return url if is_web and url.isprintable() else ""


def _query(url: str) -> dict[str, str]:
    try:
        query = urlsplit(url).query
    except ValueError:
        return {}
    found = {name: clean(values[-1]) for name, values in parse_qs(query).items()}
    return {name: value for name, value in found.items() if value}
