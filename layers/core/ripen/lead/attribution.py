"""How a visitor arrived: campaign, click ids and referrer, as the page passed them on or as its URL contains them."""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from ripen.lead.lead import Touch
from ripen.lead.text import clean
from ripen.words import Words


class AdNetwork(Struct, frozen=True, kw_only=True):
    """Where ads are shown, with the parameters by which its ads mark their clicks."""

    ad: Words
    click_ids: tuple[str, ...]
    sources: tuple[str, ...]
    """Its names in utm_source."""


GOOGLE = AdNetwork(
    ad=Words("Google ad", "Google広告"),
    click_ids=("gclid", "wbraid", "gbraid"),
    sources=("google", "adwords", "youtube"),
)
YAHOO = AdNetwork(
    ad=Words("Yahoo ad", "Yahoo!広告"), click_ids=("yclid",), sources=("yahoo", "yahoo_japan", "yss", "ydn", "yda")
)
MICROSOFT = AdNetwork(ad=Words("Microsoft ad", "Microsoft広告"), click_ids=("msclkid",), sources=("bing", "microsoft"))
LINE = AdNetwork(ad=Words("LINE ad", "LINE広告"), click_ids=("ldtag_cl",), sources=("line",))
X = AdNetwork(ad=Words("X ad", "X広告"), click_ids=("twclid",), sources=("x", "twitter"))
TIKTOK = AdNetwork(ad=Words("TikTok ad", "TikTok広告"), click_ids=("ttclid",), sources=("tiktok",))
LINKEDIN = AdNetwork(ad=Words("LinkedIn ad", "LinkedIn広告"), click_ids=("li_fat_id",), sources=("linkedin",))
META = AdNetwork(
    ad=Words("Meta ad", "Meta広告"),
    click_ids=("fbclid",),
    sources=("facebook", "fb", "instagram", "ig", "meta"),
)
"""Facebook adds fbclid to every link that leads out, so that it alone is no sign of an ad."""
AD_NETWORKS = (GOOGLE, YAHOO, MICROSOFT, LINE, X, TIKTOK, LINKEDIN, META)
CLICK_IDS = tuple(name for network in AD_NETWORKS for name in network.click_ids)
"""Ids of clicks on ads, by which a sale is reported to the network."""
CAMPAIGN_PARAMETERS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", *CLICK_IDS)
_PAID = re.compile(r"cpc|ppc|cpm|cpv|paid([_ -]?(search|social))?|display|banner|retargeting|ads?|広告")
_DIRECT = Words("direct", "直接")
_META = Words("Facebook or Instagram", "Facebook・Instagram")
MAX_LENGTH = 500
"""Characters kept of a URL or a campaign name; the rest is cut off rather than rejected, so that no lead is lost."""


def read_touch(submitted: Mapping[str, str], now: datetime, referer: str) -> Touch:
    """Return the touch from the values that the page submitted, else from the parameters of the page's URL."""
    url = _web(submitted.get("page_url", "")) or _web(referer)[:MAX_LENGTH]
    in_url = _query(url)
    campaign = {name: (submitted.get(name) or in_url.get(name, ""))[:MAX_LENGTH] for name in CAMPAIGN_PARAMETERS}
    return Touch(at=now, url=url, referrer=_web(submitted.get("referrer", "")), **campaign)


def click_id(touch: Touch) -> tuple[str, str]:
    """Return the touch's click id and the name of its parameter, such as "gclid"; two "" without any."""
    return next(((value, name) for name in CLICK_IDS if (value := getattr(touch, name))), ("", ""))


def origin(touch: Touch, locale: str) -> tuple[str, ...]:
    """Return where the touch came from, in words: the ad's network, else the source and medium, and the campaign."""
    if network := _network(touch):
        return tuple(filter(None, (network.ad.in_language(locale), touch.utm_campaign)))
    source = touch.utm_source or (_META.in_language(locale) if touch.fbclid else "") or host(touch.referrer)
    return tuple(filter(None, (source or _DIRECT.in_language(locale), touch.utm_medium, touch.utm_campaign)))


def _network(touch: Touch) -> AdNetwork | None:
    """Return the network of the ad that was clicked; None if no ad was."""
    _, name = click_id(touch)
    by_click = next((network for network in AD_NETWORKS if name in network.click_ids), None)
    is_paid = _PAID.fullmatch(touch.utm_medium.casefold()) is not None
    if by_click and (by_click is not META or is_paid):
        return by_click
    source = touch.utm_source.casefold()
    return next((network for network in AD_NETWORKS if is_paid and source in network.sources), None)


def host(url: str) -> str:
    """Return the host of a URL, "" without any."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


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
