"""Pages: the built-in ones in both languages, and the fallback of texts."""

from copy import replace
from typing import get_args

import pytest

from ripen.capture.builtin_pages import BuiltinPage, builtin_page
from ripen.capture.pages import FormContent, localized, render_page
from ripen.lead.unsubscription import UnsubscribeReason
from ripen.playbook.bundle import FormField, Page
from tests.support.builders import a_brand, a_bundle


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize("name", get_args(BuiltinPage))
def test_a_builtin_page_is_in_the_language_and_loads_nothing(name: BuiltinPage, locale: str) -> None:
    html = builtin_page(name, locale, a_brand())

    assert f'<html lang="{locale}">' in html
    assert a_brand().name[locale] in html
    assert "<script" not in html
    assert "url(" not in html


def test_an_unknown_language_falls_back_to_the_brand_s() -> None:
    assert '<html lang="ja">' in builtin_page("thanks", "fr", a_brand())
    assert '<html lang="en">' in builtin_page("thanks", "fr", a_brand(default_locale="de"))


def test_a_page_has_the_forms_that_belong_to_it() -> None:
    assert builtin_page("unsubscribe", "ja", a_brand()).count('<form method="post">') == 1
    assert builtin_page("unsubscribed", "ja", a_brand()).count('type="radio"') == len(UnsubscribeReason)
    assert 'value="undo"' in builtin_page("still-unsubscribed", "ja", a_brand(), undoable=True)
    assert "<form" not in builtin_page("still-unsubscribed", "ja", a_brand())
    assert "<form" not in builtin_page("not-found", "ja", a_brand())


def test_an_error_is_shown_as_text() -> None:
    html = builtin_page("invalid", "en", a_brand(), error="<b>{{ brand.name }}")

    assert "&lt;b&gt;{{ brand.name }}" in html


def test_a_text_falls_back_to_the_brand_s_language_then_to_any() -> None:
    assert localized({"ja": "あ", "en": "a"}, "en", a_brand()) == "a"
    assert localized({"ja": "あ", "en": "a"}, "fr", a_brand()) == "あ"
    assert localized({"de": "ä"}, "fr", a_brand()) == "ä"
    assert localized({}, "fr", a_brand()) == ""


def test_refused_page_selects_the_option_in_its_own_language() -> None:
    bundle = a_bundle()
    size = FormField(name="size", type="select", label={}, options=({"ja": "小", "en": "Small"},), values=("small",))
    form = replace(bundle.forms["whitepaper"], fields=(size,))
    page = Page(name="p", title={}, source={"*": "{{ form.fields[0].value }} of {{ form.fields[0].options }}"})
    content = FormContent(values={"size": "Small"})
    assert render_page(page, form, bundle.brand, "ja", content, {}) == "小 of 小"
