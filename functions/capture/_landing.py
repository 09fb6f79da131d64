"""A landing page as HTML, new or with the errors of a submission. Page and form share it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from ripen.adapters.gateway import Request
from ripen.adapters.playbook import Live
from ripen.capture.pages import render_page
from ripen.lead.attribution import CAMPAIGN_PARAMETERS
from ripen.playbook.bundle import Page, Tracking
from ripen.tracking.visit import BRIDGE_PARAMETER

_CARRIED = ("page_url", "referrer")


def landing_page(
    live: Live,
    page: Page,
    locale: str,
    nonce: str,
    carried: Mapping[str, str],
    *,
    query: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    error: str = "",
) -> str:
    """Return the page as HTML.

    `carried` are the hidden fields of the form about the visitor's origin. `query` is the page's own query, which the
    links to other languages keep.
    """
    bundle = live.bundle
    form = bundle.forms.get(page.form)
    hidden = {"lang": locale, "page": page.name} | {name: carried[name] for name in _names() if carried.get(name)}
    kept = {name: value for name, value in (query or {}).items() if name != BRIDGE_PARAMETER}
    languages = {code: f"/pages/{page.name}?{urlencode({**kept, 'lang': code})}" for code in bundle.brand.locales}
    html = render_page(
        page,
        form,
        bundle.brand,
        locale,
        nonce=nonce,
        action=f"/forms/{page.form}#form",  # a page with errors opens at the form
        hidden=hidden,
        languages=languages,
        values=values,
        errors=errors,
        error=error,
    )
    return _with_script(html, bundle.tracking)


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


def _names() -> tuple[str, ...]:
    return (*CAMPAIGN_PARAMETERS, *_CARRIED)
