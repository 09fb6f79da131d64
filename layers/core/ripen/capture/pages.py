"""Landing pages of the playbook, rendered with the variables that they may use.

No page needs a script, a font or a picture from another site: a Content-Security-Policy of `default-src 'none';
style-src 'unsafe-inline'; form-action 'self'` suits all of them (a playbook that embeds pictures adds img-src).
"""

from collections.abc import Mapping
from typing import Any

from ripen.playbook.bundle import Brand, Form, Page
from ripen.playbook.graph import Texts
from ripen.playbook.template import render_html

_LANGUAGES = {"ja": "日本語", "en": "English"}


def localized(texts: Texts, locale: str, brand: Brand) -> str:
    """Return the text in that locale, else in the brand's own, else in any, else ""."""
    return texts.get(locale) or texts.get(brand.default_locale) or next(iter(texts.values()), "")


def brand_variables(brand: Brand, locale: str) -> dict[str, str]:
    """Return the variables about the brand for pages and mails: {{ brand.name }} and so on."""
    return {
        "name": localized(brand.name, locale, brand),
        "sender_name": localized(brand.sender_name, locale, brand),
        "postal_address": localized(brand.postal_address, locale, brand),
        "contact": localized(brand.contact, locale, brand),
        "privacy_url": brand.privacy_url,
        "accent": brand.accent,
    }


def render_page(
    page: Page,
    form: Form | None,
    brand: Brand,
    locale: str,
    *,
    nonce: str = "",
    action: str = "",
    hidden: Mapping[str, str] | None = None,
    languages: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    error: str = "",
) -> str:
    """Render a landing page of the playbook as HTML. Raise TemplateError.

    `action` is the address that the form posts to, `hidden` its hidden fields (the nonce is added to them), `languages`
    the address of the same page by locale. After a refused submission, `values` are the answers as typed, `errors` the
    reasons by field, and `error` the reason that concerns the whole form.
    """
    variables: dict[str, Any] = {
        "page": {"name": page.name, "title": localized(page.title, locale, brand)},
        "brand": brand_variables(brand, locale),
        "locale": locale,
        "languages": [
            {"code": code, "name": _LANGUAGES.get(code, code), "url": url, "current": code == locale}
            for code, url in (languages or {}).items()
        ],
        "form": _form(form, brand, locale, action, values or {}, errors or {}) if form else None,
        "hidden": [{"name": name, "value": value} for name, value in ({"nonce": nonce} | dict(hidden or {})).items()],
        "error": error,
    }
    source = page.source.get(locale) or page.source.get("*") or localized(page.source, locale, brand)
    return render_html(source, variables)


def _form(
    form: Form, brand: Brand, locale: str, action: str, values: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "name": form.name,
        "title": localized(form.title, locale, brand),
        "submit": localized(form.submit, locale, brand),
        "action": action or f"/forms/{form.name}",
        "honeypot": form.honeypot,
        "consent": localized(form.consent.text, locale, brand) if form.consent else "",
        "consented": bool(values.get("consent")),
        "fields": [
            {
                "name": field.name,
                "type": field.type,
                "label": localized(field.label, locale, brand),
                "must": field.required,
                "autocomplete": field.autocomplete,
                "placeholder": localized(field.placeholder, locale, brand),
                "options": [localized(option, locale, brand) for option in field.options],
                "max_length": field.max_length,
                "value": values.get(field.name, ""),
                "error": errors.get(field.name, ""),
            }
            for field in form.fields
        ],
    }
