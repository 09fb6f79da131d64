"""The changed lines of scoring.yaml in words: a rule by what sales reads of it, a threshold by its rank."""

import re
from collections.abc import Mapping

from cli.output.language import language
from ripen.operations.state_words import in_a_word
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Texts
from ripen.playbook.scoring import Scoring
from ripen.playbook.titles import without_liquid
from ripen.words import Words, quoted

_RULE = re.compile(r"(?:models\.([\w-]+)\.)?(?:engagement|fit|disqualify)\[([\w-]+)\](?:\.([\w.]+))?(?=[:\[])")
_RANK = re.compile(r"(?:models\.([\w-]+)\.)?(hot|warm)(?:\.([\w.]+))?(?=:)")
_OTHER = re.compile(r"(?:models\.([\w-]+)\.)?(half_life|engagement_cap|fit_cap)(?=:)")
_KEYS = {
    "points": Words("points", "点数"),
    "cap": Words("at most", "上限"),
    "enter": Words("from", "この点数から"),
    "leave": Words("kept down to", "この点数まで維持"),
    "needs": Words("needs", "必要なもの"),
    "on": Words("for", "対象の行動"),
    "when": Words("for leads with", "対象の見込み客"),
    "words.ja": Words("words in Japanese", "日本語の表示"),
    "words.en": Words("words in English", "英語の表示"),
    "half_life": Words("half-life", "半減期"),
    "engagement_cap": Words("engagement at most", "関心度の上限"),
    "fit_cap": Words("fit at most", "適合度の上限"),
}
"""By the key in the file. Other keys stay as they are written there."""
_CODE = re.compile(r"code: [\w-]+, ")


def scoring_line(line: str, live: Bundle | None, new: Bundle) -> str:
    """Return a line of changed_values in words. A line of another kind stays as it is."""
    if found := _RULE.match(line):
        model, code, key = found.groups()
        texts = next(filter(None, (_texts(each, model, code) for each in (new, live) if each)), {})
        return _joined(model, f"{_called(texts, new)} ({code})", key, _CODE.sub("", line[found.end() :]))
    if found := _RANK.match(line):
        model, rank, key = found.groups()
        return _joined(model, in_a_word(rank, language()), key, line[found.end() :])
    if found := _OTHER.match(line):
        return _joined(found[1], "", found[2], line[found.end() :])
    return line


def _joined(model: str | None, what: str, key: str | None, rest: str) -> str:
    said = _KEYS[key].in_language(language()) if key in _KEYS else key or ""
    return "  ".join(filter(None, (model and f"{model}:", what, said))) + rest


def _texts(bundle: Bundle, model: str | None, code: str) -> Texts:
    scoring: Scoring | None = bundle.scoring.models.get(model) if model else bundle.scoring
    if scoring is None:
        return {}
    words = {rule.code: rule.words for rule in scoring.engagement} | {rule.code: rule.words for rule in scoring.fit}
    return (words | {rule.code: rule.words for rule in scoring.disqualify}).get(code, {})


def _called(texts: Mapping[str, str], bundle: Bundle) -> str:
    plain = {locale: without_liquid(text, "").rstrip(" :") for locale, text in texts.items()}
    first = plain.get(bundle.brand.default_locale) or next(iter(plain.values()), "")
    return quoted(Words(plain.get("en") or first, plain.get("ja") or first)).in_language(language()) if first else ""
