"""A clause in words: what holds for a lead, as one phrase without its subject."""

from collections.abc import Sequence
from typing import assert_never

from ripen.lead.activity import Kind
from ripen.operations.playbook_words.fields import field_words, value_words
from ripen.operations.playbook_words.sales_deeds import SALES_DEEDS
from ripen.playbook.bundle import Bundle
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged
from ripen.playbook.titles import Folder, quoted_title
from ripen.words import Words, quoted

_DAY, _HOUR, _MINUTE = 86400, 3600, 60
_CALLED: dict[Folder | None, str] = {"forms": "the form", "pages": "the page"}
"""What stands before the title in English."""
_DEEDS: dict[str, tuple[Folder | None, Words, Words, Words]] = {
    Kind.LINK_CLICKED: (
        "emails",
        Words("any mail", "いずれかのメール"),
        Words("clicked a link in {what}", "{what}のリンクを{times}クリックした"),
        Words("did not click a link in {what}", "{what}のリンクをクリックしていない"),
    ),
    Kind.FORM_SUBMITTED: (
        "forms",
        Words("any form", "いずれかのフォーム"),
        Words("sent {what}", "{what}を{times}送信した"),
        Words("did not send {what}", "{what}を送信していない"),
    ),
    Kind.PAGE_VIEWED: (
        "pages",
        Words("any page", "いずれかのページ"),
        Words("looked at {what}", "{what}を{times}見た"),
        Words("did not look at {what}", "{what}を見ていない"),
    ),
    Kind.PAGE_READ: (
        "pages",
        Words("any page", "いずれかのページ"),
        Words("read {what} (for 3 seconds or more)", "{what}を{times}読んだ（3 秒以上）"),
        Words("did not read {what}", "{what}を読んでいない"),
    ),
    Kind.FILE_DOWNLOADED: (
        None,
        Words("any file", "いずれかのファイル"),
        Words("downloaded {what}", "{what}を{times}ダウンロードした"),
        Words("did not download {what}", "{what}をダウンロードしていない"),
    ),
    Kind.REPLIED: (
        "emails",
        Words("any mail", "いずれかのメール"),
        Words("replied to {what}", "{what}に{times}返信した"),
        Words("did not reply to {what}", "{what}に返信していない"),
    ),
    **{kind: (None, Words("", ""), *deeds) for kind, deeds in SALES_DEEDS.items()},
}
"""By kind: the folder of what was done something with, the words for all of them, done, and not done."""


def clause_words(clause: Clause, bundle: Bundle) -> Words:
    """Return what the clause asks of a lead: "clicked a link in “Case study” in the last 14 days"."""
    match clause:
        case Condition():
            return _condition(clause, bundle)
        case Did():
            return _did(clause, bundle)
        case Belongs(segment=name):
            title = quoted_title(bundle, "segments", name)
            return Words(f"is in the segment {title.en}", f"セグメント{title.ja}にいる")
        case Agreed():
            return Words("has agreed to marketing mail", "マーケティングメールに同意している")
        case Tagged(tag=tag):
            return Words(f"has the tag “{tag}”", f"タグ「{tag}」がある")
        case AllOf(of=parts):
            return all_words(parts, bundle)
        case AnyOf(of=parts):
            return _joined([_nested(part, bundle) for part in parts], Words(" or ", "、または"))
        case Not(clause=inner):
            return _not(inner, bundle)
        case _:
            assert_never(clause)


def all_words(clauses: Sequence[Clause], bundle: Bundle) -> Words:
    """Return what all of the clauses together ask of a lead."""
    return _joined([_nested(part, bundle) for part in clauses], Words(" and ", "、かつ"))


def duration_words(seconds: int) -> Words:
    """Return the length of time in its largest whole unit."""
    for unit, en, ja in ((_DAY, "day", "日間"), (_HOUR, "hour", "時間"), (_MINUTE, "minute", "分間")):
        if seconds % unit == 0:
            count = seconds // unit
            return Words(f"{count:,} {en}{'' if count == 1 else 's'}", f"{count:,} {ja}")
    return Words(f"{seconds:,} seconds", f"{seconds:,} 秒間")


def _not(clause: Clause, bundle: Bundle) -> Words:
    match clause:
        case Belongs(segment=name):
            title = quoted_title(bundle, "segments", name)
            return Words(f"is not in the segment {title.en}", f"セグメント{title.ja}にいない")
        case Agreed():
            return Words("has not agreed to marketing mail", "マーケティングメールに同意していない")
        case Tagged(tag=tag):
            return Words(f"does not have the tag “{tag}”", f"タグ「{tag}」がない")
    words = clause_words(clause, bundle)
    return Words(f"not: {words.en}", f"次に当てはまらない: {words.ja}")


def _nested(clause: Clause, bundle: Bundle) -> Words:
    words = clause_words(clause, bundle)
    is_joined = isinstance(clause, AllOf | AnyOf) and len(clause.of) > 1
    return Words(f"({words.en})", f"（{words.ja}）") if is_joined else words


def _joined(parts: Sequence[Words], between: Words) -> Words:
    return Words(between.en.join(part.en for part in parts), between.ja.join(part.ja for part in parts))


def _condition(asked: Condition, bundle: Bundle) -> Words:
    """Return all tests of the condition."""
    name, tests = field_words(asked.field, bundle), list[Words]()
    if asked.any_of:
        values = _values(asked.field, asked.any_of)
        tests.append(Words(f"{name.en} is {values.en}", f"{name.ja}が{values.ja}"))
    if asked.contains:
        values = _values(asked.field, asked.contains)
        tests.append(Words(f"{name.en} contains {values.en}", f"{name.ja}に{values.ja}を含む"))
    if asked.at_least is not None:
        tests.append(Words(f"{name.en} is at least {asked.at_least:g}", f"{name.ja}が {asked.at_least:g} 以上"))
    if asked.present is not None:
        present = Words(f"{name.en} is known", f"{name.ja}がある")
        tests.append(present if asked.present else Words(f"{name.en} is blank", f"{name.ja}がない"))
    return _joined(tests, Words(" and ", "、かつ"))


def _values(field: str, values: Sequence[str]) -> Words:
    return _joined([quoted(value_words(field, value)) for value in values], Words(" or ", "か"))


def _did(did: Did, bundle: Bundle) -> Words:
    folder, any_of_them, done, not_done = _DEEDS.get(
        did.kind, (None, Words("", ""), Words(f"{did.kind} {{what}}", f"{did.kind} {{what}}"), Words("", ""))
    )
    what = any_of_them
    if did.subject:
        what = quoted_title(bundle, folder, did.subject) if folder else quoted(Words(did.subject, did.subject))
        if folder in _CALLED:
            what = Words(f"{_CALLED[folder]} {what.en}", what.ja)
    window = Words("", "")
    if did.within_seconds is not None:
        span = duration_words(did.within_seconds)
        window = Words(f" in the last {span.en}", f"直近 {span.ja}に")
    if did.at_least == 0:
        return Words(not_done.en.format(what=what.en) + window.en, window.ja + not_done.ja.format(what=what.ja))
    is_often = did.at_least > 1
    times = Words(f" at least {did.at_least} times" if is_often else "", f" {did.at_least} 回以上" if is_often else "")
    return Words(
        done.en.format(what=what.en) + times.en + window.en,
        window.ja + done.ja.format(what=what.ja, times=times.ja),
    )
