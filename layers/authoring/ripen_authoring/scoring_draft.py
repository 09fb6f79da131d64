"""Read one scoring file, also a draft outside of the playbook's folder, for a back-test."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ripen.backtest.leakage import Leak, Why, leaks
from ripen.playbook.scoring import Scoring
from ripen.words import Words
from ripen_authoring.building.scoring import scoring
from ripen_authoring.checks import all_checks
from ripen_authoring.files.document import Document, read_yaml
from ripen_authoring.files.folder import Entry, load
from ripen_authoring.files.source import read_text
from ripen_authoring.files.validation import validate
from ripen_authoring.files.yaml_errors import full_width_signs
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.problem import InvalidPlaybook, Problem

Where = tuple[int | str, ...]


@dataclass(frozen=True)
class ScoringDraft:
    """The rules of a scoring file, and the file, so that a rule is found in it."""

    scoring: Scoring
    document: Document


def read_scoring(folder: Path, file: Path) -> ScoringDraft:
    """Return the rules of the file, whose names are those of the playbook in the folder. Raise InvalidPlaybook.

    Only this file is checked. A rule that asks for what sales did is an error too: it would know the answer.
    """
    files = load(folder)
    entry = _entry(file)
    if files.ripen is None:
        raise InvalidPlaybook(files.problems)
    files.scoring = entry
    found = all_checks.check(files, files.ripen, entry, None)
    errors = [each for each in found if each.file == str(file) and each.severity == "error"]
    if errors:
        raise InvalidPlaybook(errors)
    draft = ScoringDraft(scoring(entry.model, files.ripen.model.locales), entry.document)
    if leaking := leaks(draft.scoring):
        raise InvalidPlaybook(leak_problems(draft, leaking))
    return draft


def leak_problems(draft: ScoringDraft, found: Iterable[Leak]) -> list[Problem]:
    """Return a problem for each rule that asks for what sales did, at its place in the file."""
    return [draft.document.problem(_place(draft.document.value, leak), _words(leak)) for leak in found]


def _entry(file: Path) -> Entry[ScoringFile]:
    name, written = str(file), ""
    try:
        written = read_text(file.parent, file.name)
        document = read_yaml(name, written)
        return Entry(document, validate(ScoringFile, document))
    except InvalidPlaybook as invalid:
        problems = [replace(problem, file=name) for problem in invalid.problems]
        raise InvalidPlaybook([*problems, *full_width_signs(name, written)]) from None


def _place(value: Any, leak: Leak) -> Where:
    """Return the path to what the rule asks for; if it is not found, to the rule."""
    rule = next((where for where, part in _parts(value) if _is_rule(part, leak.code)), ())
    inside = value
    for part in rule:
        inside = inside[part]
    asked = next((where for where, part in _parts(inside) if isinstance(part, dict) and leak.asked in part), ())
    return (*rule, *asked, leak.asked)


def _is_rule(part: Any, code: str) -> bool:
    return isinstance(part, dict) and part.get("code") == code


def _parts(value: Any, where: Where = ()) -> Iterator[tuple[Where, Any]]:
    """Yield the value and everything in it, with its path."""
    yield where, value
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield from _parts(part, (*where, key))


def _words(leak: Leak) -> Words:
    rule = Words(f"the rule {leak.code!r} asks for", f"ルール {leak.code!r} が使う")
    match leak.why:
        case Why.STAGE:
            return Words(
                f"{rule.en} the stage, which follows from what sales did: it would know the answer."
                " Remove this condition",
                f"{rule.ja} stage は営業の結果で決まるため、答えを先に知ってしまいます。この条件を外してください",
            )
        case Why.ACTIVITY:
            return Words(
                f"{rule.en} {leak.asked!r}, which sales did: it would know the answer. Remove this rule",
                f"{rule.ja} {leak.asked!r} は営業の行動のため、答えを先に知ってしまいます。このルールを外してください",
            )
        case Why.WRITTEN:
            return Words(
                f"{rule.en} {leak.asked!r}, which Salesforce wrote after the hand-off: it would know the answer."
                " Remove this condition",
                f"{rule.ja}項目 {leak.asked!r} は引き渡しのあとに Salesforce が書いたため、答えを先に知ってしまいます。"
                "この条件を外してください",
            )
