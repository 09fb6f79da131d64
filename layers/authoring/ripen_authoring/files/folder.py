"""Load the playbook's folder: each file as its model, with positions. References are checked later, in checks/."""

import re
from collections.abc import Iterator
from copy import replace
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.files.document import Document, read_yaml
from ripen_authoring.files.includes import ExpandedTemplate, expand_includes
from ripen_authoring.files.source import read_text
from ripen_authoring.files.validation import validate
from ripen_authoring.files.yaml_errors import full_width_signs
from ripen_authoring.models.forms import FormFile, PageFront
from ripen_authoring.models.journeys import JourneyFile
from ripen_authoring.models.mailings import CampaignFile, EmailFile, SegmentFile
from ripen_authoring.models.personas import PersonaFile
from ripen_authoring.models.routing import RoutingFile
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.models.simulations import ScenarioFile
from ripen_authoring.problem import InvalidPlaybook, Problem

_FILES = {"ripen.yaml", "scoring.yaml", "routing.yaml"}
_FOLDERS = {"forms", "pages", "journeys", "emails", "segments", "campaigns", "personas", "simulations"}
_KNOWN = _FILES | _FOLDERS
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_PAGE = re.compile(r"([a-z0-9][a-z0-9_-]{0,63})(?:\.([a-z]{2}))?\.liquid")
_ACCENT = re.compile(r"\{\{-?\s*brand\.accent\s*-?\}\}")
_NO_ACCENT = "#000000"
_FRONT = re.compile(r"---\n(.*?\n)---\n", re.DOTALL)


@dataclass(frozen=True)
class Entry[M: BaseModel]:
    """A file: its document and its model."""

    document: Document
    model: M


@dataclass(frozen=True)
class PageEntry(Entry[PageFront]):
    """A page in one language: its front matter and its template."""

    source: ExpandedTemplate


@dataclass(frozen=True)
class MailEntry(Entry[EmailFile]):
    """A mail: its email.yaml, its bodies, and the text parts beside them."""

    bodies: dict[str, "Body"]
    """The bodies by locale."""
    text_parts: dict[str, ExpandedTemplate]
    """The text parts written by hand beside a body, by locale."""


@dataclass(frozen=True)
class Body:
    """The body of a mail in one language. `frame` surrounds a body in Markdown."""

    written_as: str
    """The suffix of the file: mjml, md, html or txt (a mail of text alone)."""
    source: ExpandedTemplate
    frame: ExpandedTemplate | None = None


@dataclass
class Folder:
    """The files that could be read, and the problems of those that could not.

    `names` has every name by kind, also of invalid files, so that a reference to one is not reported as unknown.
    """

    path: Path
    problems: list[Problem] = field(default_factory=list)
    names: dict[str, set[str]] = field(default_factory=dict)
    ripen: Entry[RipenFile] | None = None
    scoring: Entry[ScoringFile] | None = None
    routing: Entry[RoutingFile] | None = None
    forms: dict[str, Entry[FormFile]] = field(default_factory=dict)
    journeys: dict[str, Entry[JourneyFile]] = field(default_factory=dict)
    segments: dict[str, Entry[SegmentFile]] = field(default_factory=dict)
    campaigns: dict[str, Entry[CampaignFile]] = field(default_factory=dict)
    emails: dict[str, MailEntry] = field(default_factory=dict)
    personas: dict[str, Entry[PersonaFile]] = field(default_factory=dict)
    simulations: dict[str, Entry[ScenarioFile]] = field(default_factory=dict)
    pages: dict[str, dict[str, PageEntry]] = field(default_factory=dict)
    """The pages by name and locale; "*" is for all locales."""

    def is_invalid(self, file: str) -> bool:
        """Return whether the file has problems already, so that their consequences are not reported too."""
        return any(problem.file == file for problem in self.problems)


def load(path: Path) -> Folder:
    """Return all files of the folder, with their problems. Raise InvalidPlaybook where there is no ripen.yaml."""
    if not (path / "ripen.yaml").is_file():
        message = Words(
            f"there is no ripen.yaml in {path}; every playbook has one",
            f"{path} に ripen.yaml がありません。プレイブックには必ず必要です",
        )
        raise InvalidPlaybook([Problem("ripen.yaml", 1, 1, message)])
    folder = Folder(path)
    folder.problems += [
        _not_a_part(found.name)
        for found in sorted(path.iterdir())
        if found.name not in _KNOWN and not found.name.startswith((".", "_")) and found.suffix != ".md"
    ]
    for kind in sorted(name for name in _FOLDERS if (path / name).is_file()):
        message = Words(
            "this is a file; replace it with a folder", "ファイルになっています。フォルダーに置き換えてください"
        )
        folder.problems.append(Problem(kind, 1, 1, message))
    folder.ripen = _entry(folder, RipenFile, path / "ripen.yaml")
    folder.scoring = _entry(folder, ScoringFile, path / "scoring.yaml")
    if (path / "routing.yaml").is_file():
        folder.routing = _entry(folder, RoutingFile, path / "routing.yaml")
    folder.forms = _entries(folder, FormFile, "forms")
    folder.journeys = _entries(folder, JourneyFile, "journeys")
    folder.segments = _entries(folder, SegmentFile, "segments")
    folder.campaigns = _entries(folder, CampaignFile, "campaigns")
    folder.personas = _entries(folder, PersonaFile, "personas")
    folder.simulations = _entries(folder, ScenarioFile, "simulations")
    _pages(folder)
    _emails(folder)
    return folder


def _entry[M: BaseModel](folder: Folder, model: type[M], path: Path) -> Entry[M] | None:
    file = str(path.relative_to(folder.path))
    written = ""
    try:
        written = read_text(folder.path, file)
        document = read_yaml(file, written)
        return Entry(document, validate(model, document))
    except InvalidPlaybook as invalid:
        folder.problems += [*invalid.problems, *full_width_signs(file, written)]
        return None


def _entries[M: BaseModel](folder: Folder, model: type[M], kind: str) -> dict[str, Entry[M]]:
    found = {}
    for path in sorted((folder.path / kind).glob("*")):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue  # a file of an editor or of the operating system
        if kind == "simulations" and path.suffix == ".txt" and path.with_suffix(".yaml").is_file():
            continue  # the transcript of the scenario beside it
        if path.suffix != ".yaml" or not NAME.fullmatch(path.stem):
            instead = Words("a name in small letters and digits that ends in .yaml", "小文字と数字の名前.yaml")
            folder.problems.append(_misnamed(f"{kind}/{path.name}", instead))
            continue
        folder.names.setdefault(kind, set()).add(path.stem)
        entry = _entry(folder, model, path)
        if entry:
            found[path.stem] = entry
    return found


def _pages(folder: Folder) -> None:
    parts = folder.path / "pages"
    for path in sorted(found for found in parts.glob("*") if not found.name.startswith(("_", "."))):
        file = f"pages/{path.name}"
        named = _PAGE.fullmatch(path.name)
        if not named:
            instead = Words(
                "name.ja.liquid or name.liquid, or _name.liquid for a shared part",
                "name.ja.liquid、name.liquid、共通部分なら _name.liquid",
            )
            folder.problems.append(_misnamed(file, instead))
            continue
        folder.names.setdefault("pages", set()).add(named[1])
        try:
            written = read_text(folder.path, file)
            front = _FRONT.match(written)
            if not front:
                message = Words(
                    "begin with front matter: a line `---`, `title: …`, and a line `---`",
                    "先頭に `---` の行、`title: …`、`---` の行を書いてください",
                )
                raise InvalidPlaybook([Problem(file, 1, 1, message)])
            document = read_yaml(file, front[1], shift=1)
            source = expand_includes(written[front.end() :], file, parts, shift=front[0].count("\n"))
            folder.problems += source.problems
            page = PageEntry(document, validate(PageFront, document), source)
            folder.pages.setdefault(named[1], {})[named[2] or "*"] = page
        except InvalidPlaybook as invalid:
            folder.problems += invalid.problems


def _emails(folder: Folder) -> None:
    parts = folder.path / "emails"
    for path in sorted(found for found in parts.glob("*") if not found.name.startswith(("_", "."))):
        file = f"emails/{path.name}"
        if _is_empty(path):
            continue
        if not NAME.fullmatch(path.name) or not path.is_dir():
            instead = Words("a folder in small letters and digits", "小文字と数字の名前のフォルダー")
            folder.problems.append(_misnamed(file, instead))
            continue
        if not (path / "email.yaml").is_file():
            message = Words(
                "there is no email.yaml in this folder; every mail has one",
                "このフォルダーに email.yaml がありません。どのメールにも必要です",
            )
            folder.problems.append(Problem(file, 1, 1, message))
            continue
        folder.names.setdefault("emails", set()).add(path.name)
        entry = _entry(folder, EmailFile, path / "email.yaml")
        bodies, text_parts = _bodies(folder, path)
        if entry:
            folder.emails[path.name] = MailEntry(entry.document, entry.model, bodies, text_parts)


def _is_empty(path: Path) -> bool:
    """Return whether this is a folder with no file but those of editors and of the operating system."""
    return path.is_dir() and all(found.name.startswith(".") or found.name.endswith("~") for found in path.iterdir())


def _bodies(folder: Folder, path: Path) -> tuple[dict[str, Body], dict[str, ExpandedTemplate]]:
    """Return the bodies of one mail, and the text parts beside them."""
    bodies: dict[str, Body] = {}
    for suffix in (".mjml", ".md", ".html"):
        for locale, source in _parts(folder, path, suffix):
            if locale in bodies:
                other = f"{locale}.{bodies[locale].written_as}"
                message = Words(
                    f"this mail is also in {other}; keep one of the two",
                    f"このメールは {other} にもあります。どちらか一方だけにしてください",
                )
                folder.problems.append(source.problem(1, 1, message))
            frame = _frame(folder, locale, source) if suffix == ".md" else None
            bodies[locale] = Body(suffix[1:], source, frame)
    text_parts = dict(_parts(folder, path, ".txt"))
    alone = {locale: Body("txt", source) for locale, source in text_parts.items() if locale not in bodies}
    return bodies | alone, {locale: source for locale, source in text_parts.items() if locale in bodies}


def _frame(folder: Folder, locale: str, source: ExpandedTemplate) -> ExpandedTemplate | None:
    """Return the frame around a body in Markdown."""
    parts = folder.path / "emails"
    for name in (f"_frame.{locale}.mjml", "_frame.mjml"):
        if (parts / name).is_file():
            try:
                return _mail(folder, parts / name)
            except InvalidPlaybook as invalid:
                folder.problems += invalid.problems
                return None
    message = Words(
        "a mail in Markdown needs emails/_frame.mjml; docs/playbook.md shows what is in it",
        "Markdown のメールには emails/_frame.mjml が必要です。内容は docs/playbook.md にあります",
    )
    folder.problems.append(source.problem(1, 1, message))
    return None


def _parts(folder: Folder, path: Path, suffix: str) -> Iterator[tuple[str, ExpandedTemplate]]:
    for found in sorted(path.glob(f"*{suffix}")):
        try:
            expanded = _mail(folder, found)
        except InvalidPlaybook as invalid:
            folder.problems += invalid.problems
            continue
        folder.problems += expanded.problems
        yield found.stem, expanded


def _mail(folder: Folder, path: Path) -> ExpandedTemplate:
    """Return a mail's template with its includes and the brand's colour in place. Raise InvalidPlaybook.

    Compilers and checks must see the colour itself.
    """
    file = str(path.relative_to(folder.path))
    expanded = expand_includes(read_text(folder.path, file), file, folder.path / "emails")
    accent = folder.ripen.model.brand.accent if folder.ripen else _NO_ACCENT
    return replace(expanded, text=_ACCENT.sub(accent, expanded.text))


def _misnamed(file: str, instead: Words) -> Problem:
    message = Words(
        f"this name is not allowed; write {instead.en}",
        f"この名前は使えません。使える名前: {instead.ja}",
    )
    return Problem(file, 1, 1, message)


def _not_a_part(file: str) -> Problem:
    hint = nearest(file, _KNOWN)
    message = Words(f"this is no part of a playbook{hint.en}", f"これはプレイブックのファイルではありません{hint.ja}")
    return Problem(file, 1, 1, message)
