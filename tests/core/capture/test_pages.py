"""The pages every installation has, in both languages."""

from typing import get_args

import pytest

from ripen.capture.pages import BuiltinPage, builtin_page, localized
from tests.support.builders import a_brand


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize("name", get_args(BuiltinPage))
def test_a_built_in_page_speaks_the_language_and_needs_nothing_else(name: BuiltinPage, locale: str) -> None:
    html = builtin_page(name, locale, a_brand())

    assert f'<html lang="{locale}">' in html
    assert a_brand().name[locale] in html
    assert "<script" not in html
    assert "url(" not in html


def test_a_language_we_do_not_speak_gets_the_brand_s_own() -> None:
    assert '<html lang="ja">' in builtin_page("thanks", "fr", a_brand())
    assert '<html lang="en">' in builtin_page("thanks", "fr", a_brand(default_locale="de"))


def test_only_the_question_has_a_button_and_it_posts_to_its_own_address() -> None:
    assert '<form method="post">' in builtin_page("unsubscribe", "ja", a_brand())
    assert "<form" not in builtin_page("unsubscribed", "ja", a_brand())


def test_what_was_wrong_is_shown_as_text() -> None:
    html = builtin_page("invalid", "en", a_brand(), error="<b>{{ brand.name }}")

    assert "&lt;b&gt;{{ brand.name }}" in html


def test_a_text_falls_back_to_the_brand_s_language_then_to_any() -> None:
    assert localized({"ja": "あ", "en": "a"}, "en", a_brand()) == "a"
    assert localized({"ja": "あ", "en": "a"}, "fr", a_brand()) == "あ"
    assert localized({"de": "ä"}, "fr", a_brand()) == "ä"
    assert localized({}, "fr", a_brand()) == ""
