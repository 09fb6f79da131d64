"""Landing pages of the playbook, rendered with the variables that they may use.

A new variable also needs a line in PAGE of ripen_authoring.checks.template.variables, or the check refuses pages that
use it.
No page needs a script, a font or a picture from another site: a Content-Security-Policy of `default-src 'none';
style-src 'unsafe-inline'; form-action 'self'` suits all of them (a playbook that embeds pictures adds img-src).
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ripen.playbook.bundle import Brand, Form, FormField, Page
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
        "legal_name": localized(brand.legal_name or brand.sender_name, locale, brand),
        "postal_address": localized(brand.postal_address, locale, brand),
        "contact": localized(brand.contact, locale, brand),
        "privacy_url": brand.privacy_url,
        "accent": brand.accent,
    }


class FormContent(Struct, frozen=True, kw_only=True):
    """The content of a page's form: hidden fields by name and, after a refused submission, the answers and the reasons.

    `values` are the answers as typed, `errors` the reasons by field, and `error` the reason for the whole form.
    `site_key` is that of the Turnstile widget in the form, "" for none.
    """

    hidden: Mapping[str, str] = {}
    values: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    error: str = ""
    site_key: str = ""


def render_page(
    page: Page, form: Form | None, brand: Brand, locale: str, content: FormContent, languages: Mapping[str, str]
) -> str:
    """Render a landing page of the playbook as HTML. Raise TemplateError.

    `languages` is the address of the same page by locale.
    """
    variables: dict[str, Any] = {
        "page": {"name": page.name, "title": localized(page.title, locale, brand)},
        "brand": brand_variables(brand, locale),
        "locale": locale,
        "languages": [
            {"code": code, "name": _LANGUAGES.get(code, code), "url": url, "current": code == locale}
            for code, url in languages.items()
        ],
        "form": _form(form, brand, locale, content) if form else None,
        "hidden": [{"name": name, "value": value} for name, value in content.hidden.items()],
        "error": content.error,
    }
    source = page.source.get(locale) or page.source.get("*") or localized(page.source, locale, brand)
    return render_html(source, variables)


def _form(form: Form, brand: Brand, locale: str, content: FormContent) -> dict[str, Any]:
    return {
        "name": form.name,
        "title": localized(form.title, locale, brand),
        "submit": localized(form.submit, locale, brand),
        "action": f"/forms/{form.name}#form",  # a page with errors opens at the form
        "honeypot": form.honeypot,
        "consent": localized(form.consent.text, locale, brand) if form.consent else "",
        "consented": bool(content.values.get("consent")),
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
                "value": _value(field, content.values.get(field.name, ""), locale, brand),
                "error": content.errors.get(field.name, ""),
            }
            for field in form.fields
        ],
    }


def _value(field: FormField, typed: str, locale: str, brand: Brand) -> str:
    """Return the answer as it stands in the input: an option in the language of the page."""
    if field.type != "select":
        return typed
    return next((localized(option, locale, brand) for option in field.options if typed in option.values()), typed)
