"""A landing page as HTML, new or with the errors of a submission. Page and form share it."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from msgspec.structs import replace

from ripen.adapters.gateway import CHALLENGES, Request
from ripen.adapters.playbook import Live
from ripen.capture.challenge import ACTION
from ripen.capture.pages import FormContent, render_page
from ripen.lead.attribution import CAMPAIGN_PARAMETERS
from ripen.playbook.bundle import Page, Tracking
from ripen.tracking.visit import BRIDGE_PARAMETER

_CARRIED = ("nonce", *CAMPAIGN_PARAMETERS, "page_url", "referrer")


def landing_page(live: Live, page: Page, locale: str, content: FormContent, query: Mapping[str, str]) -> str:
    """Return the page as HTML.

    The form's hidden fields are the nonce and those about the visitor's origin, as far as `content` has them. The links
    to other languages keep `query`, the page's own, and are complete addresses, as hreflang demands.
    """
    bundle = live.bundle
    given = content.hidden
    hidden = {"lang": locale, "page": page.name} | {name: given[name] for name in _CARRIED if given.get(name)}
    kept = {name: value for name, value in query.items() if name != BRIDGE_PARAMETER}
    address = f"{live.site}/pages/{page.name}"
    languages = {code: f"{address}?{urlencode({**kept, 'lang': code})}" for code in bundle.brand.locales}
    form = bundle.forms.get(page.form)
    html = render_page(page, form, bundle.brand, locale, replace(content, hidden=hidden), languages)
    return _with_script(_with_challenge(html, content.site_key) if form else html, bundle.tracking)


def _with_challenge(html: str, site_key: str) -> str:
    """Add the widget of Turnstile at the end of our form."""
    before, ours, after = html.partition('action="/forms/')
    inside, end, rest = after.partition("</form>")
    if not site_key or not end:
        return html
    widget = f'<div class="cf-turnstile" data-sitekey="{escape(site_key)}" data-action="{ACTION}"></div>\n'
    script = f'<script async defer src="{CHALLENGES}/turnstile/v0/api.js"></script>\n'
    return before + ours + inside + widget + script + end + rest


def _with_script(html: str, tracking: Tracking | None) -> str:
    """Add our script at the end of the page, unless the playbook tracks nothing."""
    if tracking is None:
        return html
    script = f'<script async src="/ripen.js" data-consent="{tracking.consent}"></script>\n'
    before, end, after = html.rpartition("</body>")
    return before + script + end + after if end else html + script


def attribution_fields(request: Request, live: Live) -> dict[str, str]:
    """Return the visitor's origin: campaign and click ids of the address, the address itself, and the referrer."""
    asked = urlencode({name: value for name, value in request.query.items() if name != BRIDGE_PARAMETER})
    url = f"{live.site}{request.path}" + (f"?{asked}" if asked else "")
    campaign = {name: request.query[name] for name in CAMPAIGN_PARAMETERS if name in request.query}
    return campaign | {"page_url": url, "referrer": request.headers.get("referer", "")}
