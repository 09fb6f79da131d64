"""The errors of a template in both languages. Liquid's own reason is English; the Japanese text keeps it."""

import re

from ripen.playbook.template_limits import TemplateError
from ripen.words import Words

_JAPANESE = (
    (r"expected '}}', found end of file|missing tag name or closing delimiter", "{{{{ または {{% が閉じていません"),
    (r"a template has at most", "テンプレートが長すぎます"),
    (r"a tag has at most", "{{{{ … }}}} や {{% … %}} の中が長すぎます"),
    (r"a range such as", "(1..9) のような範囲は {{% for … in のあとにだけ書けます"),
    (r"nested too deeply|BlockNesting", "入れ子が深すぎます"),
    (r"expected tag 'end(.*)', found end of file", "{{% {} %}} が閉じていません"),
    (r"unexpected tag '(.*)'", "タグ {} はここでは使えません"),
    (r"(?:unexpected|unknown operator|found) '(.*)'", "記号 {} はここでは使えません"),
    (r"found end of expression|missing expression", "式が途中で終わっています"),
    (r"path segment", "[ ] の中が正しくありません"),
    (r"expected .*, found", "式の書き方が正しくありません"),
    (r"is undefined", "値がありません"),
    (r"a number is too large", "数値が大きすぎます"),
    (r"LoopIterationLimit|WorkLimit", "繰り返しが多すぎます"),
    (r"OutputStreamLimit|NamespaceLimit", "出力や変数が大きすぎます"),
    (r"FilterArgument|FilterValue", "フィルターに渡した値が正しくありません"),
    (r"Liquid stopped", "テンプレートの処理が途中で止まりました"),
)
"""The first pattern that occurs in the reason decides."""


def liquid_error(error: TemplateError) -> Words:
    """Return the message for an error of Liquid itself."""
    found = ((re.search(pattern, error.reason), text) for pattern, text in _JAPANESE)
    meaning = next((text.format(*match.groups()) for match, text in found if match), "正しくありません")
    return Words(f"Liquid: {error.reason}", f"Liquid のエラー: {meaning}（{error.reason}）")
