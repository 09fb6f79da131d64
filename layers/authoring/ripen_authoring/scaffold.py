"""New files for a playbook: complete and in the brand's languages, so that only words have to be changed.

The starters beside this module are the files, with words in capitals for what differs: NAME, FORM, MAIL …,
and with marks around texts that a person must replace: checks/placeholders.py.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from ripen.failure import Failure
from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.checks.placeholders import STARTERS, without_marks
from ripen_authoring.files.folder import NAME, Folder, load

_IN_BOTH = re.compile(r"^( +)ja: (.+)\n\1en: (.+)$", re.MULTILINE)
_COMMENT = re.compile(r"# ja: (.+?) \| en: (.+)$", re.MULTILINE)
_SHARED_PART = re.compile(r"\{% include '([^']+)' %\}")
_UNTIL_CAMPAIGN = timedelta(days=14)
"""How far ahead a new campaign is: enough to write its mail."""

_UNCLEAR = {
    "forms": Words("It is not clear which form starts the journey.", "どのフォームで始まるシナリオか分かりません。"),
    "segments": Words("It is not clear which segment gets the campaign.", "どのセグメントに送るか分かりません。"),
}
_NONE = {
    "forms": Words("There is no form that could start the journey.", "シナリオを始めるフォームがありません。"),
    "segments": Words("There is no segment that could get the campaign.", "送る相手のセグメントがありません。"),
}
_MAKE = {
    "forms": Words("Make one first: ripen new form NAME", "先に作ってください: ripen new form 名前"),
    "segments": Words("Make one first: ripen new segment NAME", "先に作ってください: ripen new segment 名前"),
}
_LONGEST = 50
"""Letters of a name: names of other files are made of it, such as NAME-follow-up."""
_YAML_WORDS = ("true", "false", "null", "yes", "no", "on", "off")
"""Words that YAML does not read as texts."""
Files = dict[str, str]
"""The text of each new file by its path in the playbook."""


def new_form(folder: Folder, name: str, today: date) -> Files:
    """Return a form with its page, its thank-you page, the mail that it promises, and the journey that sends it."""
    words = {"NAME": name, "FORM": name, "MONTH": f"{today:%Y-%m}"}
    return (
        {f"forms/{name}.yaml": _yaml(folder, "forms/form.yaml", words)}
        | _pages(folder, name, "form", words)
        | _pages(folder, f"{name}-thanks", "thanks", words)
        | _mail(folder, f"{name}-delivery", "delivery")
        | _mail(folder, f"{name}-follow-up", "mail")
        | {f"journeys/{name}.yaml": _yaml(folder, "journeys/delivery.yaml", words)}
    )


def new_page(folder: Folder, name: str, form: str = "") -> Files:
    """Return a page in each language; with `form` it shows that form."""
    if form:
        _require(folder, "forms", form)
    return _pages(folder, name, "form" if form else "page", {"FORM": form})


def new_mail(folder: Folder, name: str, transactional: bool = False) -> Files:
    """Return a mail in each language. A transactional one is for people who asked for it."""
    return _mail(folder, name, "delivery" if transactional else "mail")


def new_segment(folder: Folder, name: str) -> Files:
    """Return a segment of everybody who agreed to marketing mail, to be narrowed."""
    return {f"segments/{name}.yaml": _yaml(folder, "segments/segment.yaml", {})}


def new_journey(folder: Folder, name: str, form: str = "", mail: str = "") -> Files:
    """Return a journey that a form starts, and its mail if no `mail` is named. Raise Failure if the form is unclear."""
    started_by = _named(folder, "forms", form, name, "--form")
    words = {"FORM": started_by, "MAIL": mail or name}
    journey = {f"journeys/{name}.yaml": _yaml(folder, "journeys/journey.yaml", words)}
    return journey | _mail_or_named(folder, name, mail)


def new_campaign(folder: Folder, name: str, today: date, segment: str = "", mail: str = "") -> Files:
    """Return a campaign to a segment, and its mail if no `mail` is named. Raise Failure if the segment is unclear."""
    day = today + _UNTIL_CAMPAIGN
    while day.weekday() > 4:
        day += timedelta(days=1)
    words = {
        "NAME": name,
        "MAIL": mail or name,
        "SEGMENT": _named(folder, "segments", segment, name, "--segment"),
        "WHEN": f"{day.isoformat()}T10:00",
    }
    campaign = {f"campaigns/{name}.yaml": _yaml(folder, "campaigns/campaign.yaml", words)}
    return campaign | _mail_or_named(folder, name, mail)


def open_folder(path: Path, name: str) -> Folder:
    """Return the folder in which files of that name are to be made. Raise Failure for a name that no file may have."""
    if not NAME.fullmatch(name) or len(name) > _LONGEST or name in _YAML_WORDS or not re.search("[a-z]", name):
        raise Failure(
            Words(f"A file cannot have the name {name!r}.", f"{name!r} はファイルの名前にできません。"),
            Words(
                "Use small letters, digits and hyphens, such as autumn-guide.",
                "小文字の英数字とハイフンを使ってください。例: autumn-guide",
            ),
        )
    folder = load(path)
    if folder.ripen is None:
        raise Failure(
            Words(f"{path}/ripen.yaml has a mistake.", f"{path}/ripen.yaml に誤りがあります。"),
            Words(f"Run: ripen check {path}", f"次を実行してください: ripen check {path}"),
        )
    return folder


def write(folder: Folder, files: Files, language: str) -> None:
    """Write all files, or none, with comments in the language ("ja" or "en") of the person who will edit them.

    Raise Failure if one of them exists or needs a shared part that does not.
    """
    if there := [path for path in files if (folder.path / path).exists()]:
        raise Failure(
            Words(f"{folder.path}/{there[0]} exists already.", f"{folder.path}/{there[0]} はすでにあります。"),
            Words("Choose another name.", "別の名前を選んでください。"),
        )
    if missing := [part for part in sorted(_shared_parts(files)) if not (folder.path / part).is_file()]:
        raise Failure(
            Words(
                f"New pages and mails need the shared part {missing[0]}, which this playbook does not have.",
                f"新しいページとメールには共通部分 {missing[0]} が必要ですが、このプレイブックにありません。",
            ),
            Words("Copy it from the example in playbook/.", "例（playbook/）からコピーしてください。"),
        )
    comment = r"# \1" if language == "ja" else r"# \2"
    for path, text in files.items():
        (folder.path / path).parent.mkdir(parents=True, exist_ok=True)
        (folder.path / path).write_text(_COMMENT.sub(comment, text), "utf-8")


def _shared_parts(files: Files) -> Iterator[str]:
    for path, text in files.items():
        yield from (f"pages/{part}" for part in _SHARED_PART.findall(text))
        if path.endswith(".md"):
            yield "emails/_head.mjml"


def _mail_or_named(folder: Folder, name: str, mail: str) -> Files:
    if mail:
        _require(folder, "emails", mail)
        return {}
    return {} if name in folder.names.get("emails", ()) else _mail(folder, name, "mail")


def _named(folder: Folder, kind: str, given: str, name: str, option: str) -> str:
    """Return the form or segment that is named, else the one of the same name, else the only one there is."""
    known = folder.names.get(kind, set())
    if given:
        return _require(folder, kind, given)
    if name in known or len(known) == 1:
        return name if name in known else next(iter(known))
    names = ", ".join(sorted(known))
    raise Failure(
        _UNCLEAR[kind] if known else _NONE[kind],
        Words(f"Add {option} with one of: {names}", f"{option} で指定してください: {names}") if known else _MAKE[kind],
    )


def _require(folder: Folder, kind: str, name: str) -> str:
    known = folder.names.get(kind, set())
    if name not in known:
        hint = nearest(name, known)
        raise Failure(
            Words(f"There is no {kind}/{name}{hint.en}", f"{kind}/{name} はありません{hint.ja}"),
            Words(f"See the files in {folder.path}/{kind}.", f"{folder.path}/{kind} のファイルを見てください。"),
        )
    return name


def _locales(folder: Folder) -> tuple[str, ...]:
    return folder.ripen.model.locales if folder.ripen else ("en",)


def _yaml(folder: Folder, starter: str, words: dict[str, str]) -> str:
    """Return a file of settings; texts in Japanese and English become texts in the brand's languages."""

    def texts(found: re.Match[str]) -> str:
        written = {"ja": found[2], "en": found[3]}
        return "\n".join(f"{found[1]}{locale}: {written.get(locale, found[3])}" for locale in _locales(folder))

    return _filled(_IN_BOTH.sub(texts, _read(starter)), words)


def _pages(folder: Folder, name: str, starter: str, words: dict[str, str]) -> Files:
    return {
        f"pages/{name}.{locale}.liquid": _filled(_read(f"pages/{starter}.{_spoken(locale)}.liquid"), words)
        for locale in _locales(folder)
    }


def _mail(folder: Folder, name: str, starter: str) -> Files:
    bodies = {locale: _read(f"emails/{starter}.{_spoken(locale)}.md") for locale in _locales(folder)}
    return {f"emails/{name}/email.yaml": _yaml(folder, f"emails/{starter}.yaml", {})} | {
        f"emails/{name}/{locale}.md": body for locale, body in bodies.items()
    }


def _spoken(locale: str) -> str:
    return locale if locale in ("ja", "en") else "en"


def _read(starter: str) -> str:
    return without_marks((STARTERS / starter).read_text("utf-8"))


def _filled(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = re.sub(rf"\b{word}\b", value, text)
    return text
