"""An error of Liquid says in Japanese what is wrong, beside Liquid's own reason."""

import pytest

from ripen.playbook.template import parse
from ripen.playbook.template_limits import TemplateError
from ripen_authoring.checks.template.liquid_words import liquid_error


@pytest.mark.parametrize(
    ("template", "meaning"),
    [
        ("{{ a", "{{ または {% が閉じていません"),
        ("{% if a", "{{ または {% が閉じていません"),
        ("{{ a.b. }}", "式が途中で終わっています"),
        ("{% if %}x{% endif %}", "式が途中で終わっています"),
        ("{% if a = 1 %}x{% endif %}", "記号 = はここでは使えません"),
        ("{{ a & b }}", "記号 & はここでは使えません"),
        ("{% endif %}", "タグ endif はここでは使えません"),
        ("{{ a 'x' }}", "式の書き方が正しくありません"),
        ("{{ (1..9) | join }}", "(1..9) のような範囲は {% for … in のあとにだけ書けます"),
        ("{{ '" + "a" * 3000 + "' }}", "{{ … }} や {% … %} の中が長すぎます"),
        ("a" * 300_000, "テンプレートが長すぎます"),
        ("{% raw %}a", "{% raw %} が閉じていません"),
        ("{% if a %}" * 40 + "{% endif %}" * 40, "入れ子が深すぎます"),
        ("{{ a[ }}", "[ ] の中が正しくありません"),
    ],
)
def test_meaning_comes_first_and_then_the_reason_of_liquid(template: str, meaning: str) -> None:
    with pytest.raises(TemplateError) as failed:
        parse(template, html=False)
    words = liquid_error(failed.value)
    assert words.ja == f"Liquid のエラー: {meaning}（{failed.value.reason}）"
    assert words.en == f"Liquid: {failed.value.reason}"
