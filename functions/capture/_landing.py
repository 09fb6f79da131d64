"""A landing page as it is shown: fresh, or again with what was wrong. The page and the form share it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from ripen.adapters.gateway import Request
from ripen.adapters.playbook import Live
from ripen.capture.pages import render_page
from ripen.lead.attribution import CAMPAIGN_PARAMETERS
from ripen.playbook.bundle import Page, Tracking
from ripen.tracking.visit import BRIDGE_PARAMETER

_CARRIED = ("page_url", "referrer")


def show(
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
    """The page as HTML. `carried` is what its form takes along of how the visitor came; `query` is the page's own, which
    a change of language keeps."""
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
        action=f"/forms/{page.form}#form",  # so that a page with complaints opens where they are
        hidden=hidden,
        languages=languages,
        values=values,
        errors=errors,
        error=error,
    )
    return _with_script(html, bundle.tracking)


def _with_script(html: str, tracking: Tracking | None) -> str:
    """Our script at the page's end, unless the playbook tracks nothing."""
    if tracking is None:
        return html
    script = f'<script async src="/ripen.js" data-consent="{tracking.consent}"></script>\n'
    before, end, after = html.rpartition("</body>")
    return before + script + end + after if end else html + script


def arrived(request: Request, live: Live) -> dict[str, str]:
    """How the visitor came to the page: campaign and click ids of its address, the address itself, the referrer."""
    asked = urlencode({name: value for name, value in request.query.items() if name != BRIDGE_PARAMETER})
    url = f"{live.site}{request.path}" + (f"?{asked}" if asked else "")
    campaign = {name: request.query[name] for name in CAMPAIGN_PARAMETERS if name in request.query}
    return campaign | {"page_url": url, "referrer": request.headers.get("referer", "")}


def _names() -> tuple[str, ...]:
    return (*CAMPAIGN_PARAMETERS, *_CARRIED)
