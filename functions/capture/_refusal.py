"""The page after a refused submission: the same page with the errors beside the fields."""

from collections.abc import Iterable
from copy import replace

from capture._landing import landing_page
from ripen.adapters.playbook import Live
from ripen.capture.builtin_pages import builtin_page
from ripen.capture.field_errors import InvalidSubmission
from ripen.capture.pages import FormContent
from ripen.errors import Rejected
from ripen.lead.attribution import CAMPAIGN_PARAMETERS
from ripen.lead.text import clean, without_controls
from ripen.playbook.bundle import Form, Page

_CHECK = {"ja": "入力内容をご確認ください。", "en": "Please check what you entered."}
_LATER = {
    "ja": "ただいま送信を受け付けられません。1分ほど待ってから、もう一度お試しください。",
    "en": "We cannot accept this right now. Please try again in a minute.",
}


def refusal_page(
    live: Live, form: Form | None, answers: Iterable[tuple[str, str]], why: Rejected, locale: str, fresh: FormContent
) -> str:
    """Return the page that it was sent from, else any page with that form, else one with only the reason, as HTML.

    `fresh` is what a form has that nobody filled in.
    """
    brand = live.bundle.brand
    if form is None:
        return builtin_page("not-found", locale, brand)
    readable = ((form.mapping.get(name, name), without_controls(value)) for name, value in answers)
    typed = {name: value for name, value in readable if clean(value)}
    page = _page(live, form, typed.get("page", ""))
    if page is None or not typed:
        return builtin_page("invalid", locale, brand, error=_words(why, locale))
    errors = {wrong.field: wrong.sentence(locale) for wrong in why.errors} if isinstance(why, InvalidSubmission) else {}
    campaign = {name: typed[name] for name in CAMPAIGN_PARAMETERS if name in typed}
    content = replace(fresh, hidden={**fresh.hidden, **typed}, values=typed, errors=errors, error=_words(why, locale))
    return landing_page(live, page, locale, content, query=campaign)


def _page(live: Live, form: Form, name: str) -> Page | None:
    pages = live.bundle.pages
    if name in pages and pages[name].form == form.name:
        return pages[name]
    return next((page for page in pages.values() if page.form == form.name), None)


def _words(why: Rejected, locale: str) -> str:
    """Return the sentence above the form. The reason of `why` is written for scripts, and not shown on a page."""
    words = _LATER if why.status == 503 else _CHECK
    return words.get(locale, words["en"])
