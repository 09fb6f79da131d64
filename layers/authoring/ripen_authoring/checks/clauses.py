"""Check that clauses and conditions refer to fields, mails, forms, pages, segments and tags that exist."""

from collections.abc import Iterable, Iterator

from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.checks import names
from ripen_authoring.checks.names import PROFILE_FIELDS, SCORE_FIELDS, check_name, check_subject
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Folder
from ripen_authoring.models.clauses import ACTIVITY_WORDS, ClausePart, DocumentPath, nested_clauses
from ripen_authoring.models.part import Conditions
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem

_SUBJECTS = {"clicked": "emails", "replied": "emails", "submitted": "forms", "viewed": "pages", "read": "pages"}
_CLAUSE_WORDS = {*ACTIVITY_WORDS, "never", "segment", "consent", "tag", "all", "any", "not"}
_PURPOSES = ("marketing",)


def check_clause(
    folder: Folder, document: Document, where: DocumentPath, clause: ClausePart | None, ripen: RipenFile
) -> Iterator[Problem]:
    """Check a clause and all clauses inside it."""
    for place, part in nested_clauses(clause, where):
        yield from _check_clause_fields(folder, document, place, part)
        for word, kind in _SUBJECTS.items():
            yield from check_subject(folder, document, (*place, word), getattr(part, word), kind, ripen)
        if part.segment:
            yield from check_name(document, (*place, "segment"), part.segment, folder, "segments")
        yield from _check_standing(folder, document, place, part)
        if part.consent and part.consent not in _PURPOSES:
            hint = nearest(part.consent, _PURPOSES)
            message = Words(
                f"there is no consent {part.consent!r}{hint.en}", f"同意の目的 {part.consent!r} はありません{hint.ja}"
            )
            yield document.problem((*place, "consent"), message)
        if part.tag and part.tag not in (tags := names.tags(folder)):
            hint = nearest(part.tag, tags)
            message = Words(
                f"no journey adds the tag {part.tag!r}{hint.en}",
                f"タグ {part.tag!r} を付けるシナリオがありません{hint.ja}",
            )
            yield document.warning((*place, "tag"), message)


def check_conditions(
    folder: Folder, document: Document, where: DocumentPath, conditions: Iterable[Conditions], *, scores: bool = False
) -> Iterator[Problem]:
    """Check that the conditions ask about known fields, and about scores only where these are allowed."""
    known = PROFILE_FIELDS | names.fields(folder) | (SCORE_FIELDS if scores else set())
    for number, tests in enumerate(conditions):
        for field in tests:
            if field not in known:
                yield document.problem((*where, number, field), unknown_field(field, known))
        yield from _check_options(folder, document, (*where, number), tests)


def _check_clause_fields(
    folder: Folder, document: Document, where: DocumentPath, part: ClausePart
) -> Iterator[Problem]:
    """Check the fields in a clause, where `entry.…` and `answers.<step>.…` are allowed too."""
    entry = {f"entry.{name}" for name in names.entry_variables(folder)}
    known = PROFILE_FIELDS | names.fields(folder) | SCORE_FIELDS | entry
    beside = [((*where, field), field, known | _CLAUSE_WORDS) for field in part.model_extra or {}]
    inside = [((*where, "field", field), field, known) for field in part.field]
    for place, field, suggestions in beside + inside:
        webhook = field.split(".")[1] if field.startswith("answers.") else ""
        if field not in known and webhook not in names.webhook_steps(folder):
            yield document.problem(place, unknown_field(field, suggestions))
    yield from _check_options(folder, document, where, part.model_extra or {})
    yield from _check_options(folder, document, (*where, "field"), part.field)


def _check_options(folder: Folder, document: Document, where: DocumentPath, tests: Conditions) -> Iterator[Problem]:
    """Warn of the words of an option where only its value is kept."""
    values = names.option_values(folder)
    for field, test in tests.items():
        for word in test.any_of:
            if value := values.get((field.removeprefix("entry."), word)):
                message = Words(
                    f"the answer {word!r} is kept as {value!r}; write {value!r}",
                    f"回答 {word!r} は {value!r} として保存されます。{value!r} と書いてください",
                )
                yield document.warning((*where, field), message)


def _check_standing(folder: Folder, document: Document, where: DocumentPath, part: ClausePart) -> Iterator[Problem]:
    """Check that scoring.yaml has the models, grades and levels that the clause asks for."""
    scoring = folder.scoring.model if folder.scoring else None
    if scoring is None:
        return
    for name in part.ranks.keys() - {"", *scoring.models}:
        hint = nearest(name, scoring.models)
        message = Words(
            f"scoring.yaml has no model {name!r}{hint.en}", f"scoring.yaml にモデル {name!r} はありません{hint.ja}"
        )
        yield document.problem((*where, "rank", name), message)
    for field, has_any in (("grade", scoring.grades), ("level", scoring.levels), ("disqualified", scoring.disqualify)):
        if field in part.tests and not has_any:
            key = "disqualify" if field == "disqualified" else f"{field}s"
            message = Words(f"scoring.yaml has no `{key}`", f"scoring.yaml に `{key}` がありません")
            yield document.problem((*where, field), message)


def unknown_field(field: str, known: Iterable[str]) -> Words:
    """Return the message for a field that the playbook does not have."""
    hint = nearest(field, known)
    return Words(f"there is no field {field!r}{hint.en}", f"項目 {field!r} はありません{hint.ja}")
