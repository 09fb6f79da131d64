"""Warn of what mailboxes remove from a mail, do not show, or show badly: styles, scripts, subjects, names, first lines.

Sources: https://www.caniemail.com; Gmail's developer pages, "CSS support".
"""

import re
from collections.abc import Iterator
from unicodedata import category, east_asian_width

from ripen.words import Words
from ripen_authoring.files.folder import Entry, MailEntry
from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem

_STYLE = re.compile(r"<style\b[^<>]*>(.*?)</style>", re.IGNORECASE | re.DOTALL)
_MOST_STYLE = 8_192
_MOST_SUBJECT = 60
"""In half-width characters, as many as a phone shows on two lines; a full-width one counts twice."""
_IMPORT = re.compile(r"@import\b", re.IGNORECASE)
_NESTED_MEDIA = re.compile(r"@media\b[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*@media\b", re.IGNORECASE)
_SCRIPT = re.compile(r"<[a-z][^<>]*?\s(on[a-z]+)\s*=", re.IGNORECASE)
_INVISIBLE = re.compile(
    r"<body\b[^<>]*\bstyle\s*=\s*[\"'][^\"']*\b(?:visibility:\s*hidden|display:\s*none|opacity:\s*0(?![.\d]))",
    re.IGNORECASE,
)
_ORNAMENT = re.compile(r"\s*([^\w\s{}%]{4,})\s*\n")
_BUTTON = re.compile(r"\bbuttons?\b|ボタン", re.IGNORECASE)
_LIQUID_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def check(source: ExpandedTemplate, html: str, text: str) -> Iterator[Problem]:
    """Check the html and the text of a mail, as compiled."""
    yield from _check_styles(source, html)
    if found := _SCRIPT.search(_LIQUID_TAG.sub("", html)):
        message = Words(
            f"mailboxes remove scripts, so {found[1]} does nothing; remove it",
            f"スクリプトはメールサービスが取り除くため、{found[1]} は動きません。削除してください",
        )
        yield source.warning(*_place(source, found[1]), message)
    if _INVISIBLE.search(html):
        message = Words(
            "a style hides the whole <body>, so the mail is blank; remove that style",
            "スタイルが <body> 全体を隠しているため、メールが真っ白になります。そのスタイルを削除してください",
        )
        yield source.problem(*_place(source, "body"), message)
    if found := _ORNAMENT.match(text):
        message = Words(
            f"the text begins with {found[1][:10]!r}, which mailboxes and watches show first; begin with words",
            f"テキストの 1 行目が {found[1][:10]!r} です。受信トレイや時計に最初に出るので、文章で始めてください",
        )
        yield source.warning(*_place(source, found[1][:4]), message)
    if found := _BUTTON.search(_LIQUID_TAG.sub("", text)):
        message = Words(
            "the text part speaks of a button, but has only links; name what to open, such as 'the page below'",
            "テキスト部分にはボタンがなく、リンクだけです。「ボタン」ではなく「下のページ」のように書いてください",
        )
        yield source.warning(*_place(source, found[0]), message)


def check_subjects(mail: MailEntry) -> Iterator[Problem]:
    """Warn of a subject that is longer than a phone shows. Liquid counts as what it would show at least: nothing."""
    for locale, subject in mail.model.subject.root.items():
        width = display_width(_LIQUID_TAG.sub("", subject))
        if width > _MOST_SUBJECT:
            message = Words(
                f"this subject is {width} characters wide (full-width ones count twice), and a phone shows about"
                f" {_MOST_SUBJECT}; put what matters first, or make it shorter",
                f"この件名は半角 {width} 文字分です（全角は 2 文字分）。スマートフォンに表示されるのは"
                f" {_MOST_SUBJECT} 文字分ほどです。大事なことを先に書くか、短くしてください",
            )
            yield mail.document.warning(("subject", locale), message)


def check_names(ripen: Entry[RipenFile]) -> Iterator[Problem]:
    """Warn of emoji in the name that a mail comes from."""
    for locale, name in ripen.model.sender.name.root.items():
        if has_emoji(name):
            yield ripen.document.warning(("sender", "name", locale), _EMOJI)


def check_sender_name(mail: MailEntry) -> Iterator[Problem]:
    """Warn of emoji in the sender name of one mail."""
    names = mail.model.sender_name.root if mail.model.sender_name else {}
    for locale, name in names.items():
        if has_emoji(name):
            yield mail.document.warning(("sender_name", locale), _EMOJI)


_EMOJI = Words(
    "spam filters distrust emoji in the sender's name; write words alone",
    "差出人名に絵文字があると、迷惑メールと見なされやすくなります。文字だけで書いてください",
)


def display_width(text: str) -> int:
    """Return the width in half-width characters."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text if category(each) not in ("Mn", "Cf"))


def has_emoji(text: str) -> bool:
    return any(category(each) == "So" and ord(each) >= 0x2600 and not 0x3000 <= ord(each) < 0x3400 for each in text)


def _check_styles(source: ExpandedTemplate, html: str) -> Iterator[Problem]:
    for style in _STYLE.findall(html):
        size = len(style.encode())
        if size > _MOST_STYLE:
            message = Words(
                f"this style sheet has {size:,} bytes, and Gmail ignores one over {_MOST_STYLE:,}; make it shorter",
                f"スタイルシートが {size:,} バイトあります。Gmail は {_MOST_STYLE:,} バイトを超えると無視します。"
                "短くしてください",
            )
            yield source.warning(*_place(source, "style"), message)
        if _IMPORT.search(style):
            message = Words(
                "most mailboxes ignore @import; write the styles here",
                "@import は多くのメールサービスで無視されます。スタイルをここに書いてください",
            )
            yield source.warning(*_place(source, "@import"), message)
        if _NESTED_MEDIA.search(style):
            message = Words(
                "Gmail ignores the whole style sheet because of an @media inside another; write one after the other",
                "@media の中に @media があると、Gmail はスタイルシート全体を無視します。並べて書いてください",
            )
            yield source.warning(*_place(source, "@media"), message)


def _place(source: ExpandedTemplate, text: str) -> tuple[int, int]:
    """Return line and column of the text, or of the start where it is not found."""
    return source.at(max(source.text.find(text), 0))
