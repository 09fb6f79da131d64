"""Check `where` of a scoring rule: that the activity has what it asks for."""

from collections.abc import Collection, Iterable, Iterator

from ripen.lead.activity import Kind
from ripen.lead.history import RULE_FACTS
from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Folder
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.scoring import EngagementPart
from ripen_authoring.problem import Problem


def check(folder: Folder, document: Document, where: DocumentPath, rule: EngagementPart) -> Iterator[Problem]:
    """Check one rule."""
    yield from check_facts(document, where, rule.where, _facts(folder, rule))


def check_facts(
    document: Document, where: DocumentPath, asked: Iterable[str], known: Collection[str]
) -> Iterator[Problem]:
    """Check that an activity has the facts that `where` asks for."""
    for fact in asked:
        if fact not in known:
            hint = nearest(fact, known)
            message = Words(f"this activity has no {fact!r}{hint.en}", f"この行動に {fact!r} はありません{hint.ja}")
            yield document.problem((*where, "where", fact), message)


def _facts(folder: Folder, rule: EngagementPart) -> set[str]:
    """Return what a rule can ask of its activities; of a form, the answers that are stored with it."""
    match rule.on.kind:
        case Kind.FILE_DOWNLOADED:
            return {"type"}
        case Kind.FORM_SUBMITTED:
            forms = [form.model for name, form in folder.forms.items() if rule.on.subject in ("", name)]
            return {field.name for form in forms for field in form.fields if field.entry}
        case kind:
            return {*RULE_FACTS.get(Kind(kind), ())} if kind else set()
