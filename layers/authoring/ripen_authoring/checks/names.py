"""The names that exist in a playbook, and problems for names that do not."""

from collections.abc import Iterator, Sequence

from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Folder
from ripen_authoring.flow import placed_steps
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.journeys import JourneyFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.models.simple_steps import UpdateBody, UpdatePart
from ripen_authoring.models.triggers import OnMembershipPart, OnRequestPart
from ripen_authoring.problem import Problem

PROFILE_FIELDS = frozenset(
    ["email", "domain", "email_kind", "last_name", "first_name", "company", "department", "job_title", "phone"]
) | {"locale", "country", "stage"}
_MAY_BE_ANY = ("emails", "forms", "pages")
SCORE_FIELDS = {"fit", "engagement", "total", "rank", "grade", "level", "disqualified"}


def fields(folder: Folder) -> set[str]:
    """Return the fields that a form asks for or a journey fills in."""
    return {field.name for form in folder.forms.values() for field in form.model.fields} | updated_fields(folder)


def option_values(folder: Folder) -> dict[tuple[str, str], str]:
    """Return the value that is kept, by field and word, for the words of options that are no values themselves."""
    locales = folder.ripen.model.locales if folder.ripen else ()
    asked = [field for form in folder.forms.values() for field in form.model.fields]
    kept = {(field.name, option.kept(locales)) for field in asked for option in field.options}
    words = {
        (field.name, word): option.kept(locales)
        for field in asked
        for option in field.options
        for word in option.label.root.values()
    }
    return {named: value for named, value in words.items() if named not in kept}


def gives_points(folder: Folder) -> bool:
    """Return whether a journey gives points."""
    return any(update.points > 0 for update in _updates(folder))


def updated_fields(folder: Folder) -> set[str]:
    """Return the fields that a journey fills in."""
    return {name for update in _updates(folder) for name in update.fields}


def tags(folder: Folder) -> set[str]:
    """Return the tags that a journey adds."""
    return {tag for update in _updates(folder) for tag in update.add_tags}


def _updates(folder: Folder) -> Iterator[UpdateBody]:
    for journey in folder.journeys.values():
        for step in placed_steps(journey.model.steps):
            if isinstance(step.part, UpdatePart):
                yield step.part.update


def entry_fields(folder: Folder) -> set[str]:
    """Return the form answers that are kept with a submission, and the facts of entry requests."""
    answers = {field.name for form in folder.forms.values() for field in form.model.fields if field.entry}
    return answers.union(*(requested_facts(journey.model) for journey in folder.journeys.values()))


def requested_facts(journey: JourneyFile) -> set[str]:
    """Return the facts that entry requests for the journey may have."""
    return {fact for on in journey.enrol.on if isinstance(on, OnRequestPart) for fact in on.api}


def entry_variables(folder: Folder) -> set[str]:
    """Return what may follow `entry.`: also the source of a form, and the facts of a Salesforce campaign."""
    from_crm = any(enters_by_crm_campaign(journey.model) for journey in folder.journeys.values())
    return entry_fields(folder) | {"source", "page"} | ({"status", "campaign"} if from_crm else set())


def enters_by_crm_campaign(journey: JourneyFile) -> bool:
    """Return whether a Salesforce campaign lets leads into the journey."""
    return any(isinstance(on, OnMembershipPart) for on in journey.enrol.on)


def webhook_steps(folder: Folder) -> set[str]:
    """Return the ids of all webhook steps."""
    return {
        step.id
        for journey in folder.journeys.values()
        for step in placed_steps(journey.model.steps)
        if step.part.answers
    }


def check_name(
    document: Document, where: Sequence[int | str], name: str, folder: Folder, kind: str
) -> Iterator[Problem]:
    """Yield a problem unless there is a file of that name in the folder `kind`."""
    names = folder.names.get(kind, set())
    if name not in names:
        hint = nearest(name, names) if names else _to_add(kind, name)
        message = Words(f"there is no {name!r} in {kind}/{hint.en}", f"{kind}/ に {name!r} はありません{hint.ja}")
        yield document.problem(where, message)


def _to_add(kind: str, name: str) -> Words:
    """Return a clause that ends a sentence: the file to add to a folder that has none."""
    file = {"emails": f"{name}/email.yaml", "pages": f"{name}.liquid"}.get(kind, f"{name}.yaml")
    return Words(f"; add {kind}/{file}", f"。{kind}/{file} を追加してください")


def check_subject(
    folder: Folder, document: Document, where: DocumentPath, subject: str, kind: str, ripen: RipenFile
) -> Iterator[Problem]:
    """Check the name of what a lead did something with. It may be `any`, or a page of the company's own site."""
    is_any = subject == "any" and kind in _MAY_BE_ANY
    tracked = ripen.tracking.pages if kind == "pages" and ripen.tracking else {}
    if subject and not is_any and subject not in tracked:
        yield from check_name(document, where, subject, folder, kind)


def check_date_field(folder: Folder, document: Document, where: DocumentPath, field: str) -> Iterator[Problem]:
    """Check the name of a field that holds a date."""
    dates = fields(folder) | {f"entry.{name}" for name in entry_fields(folder)}
    if field not in dates:
        hint = nearest(field, dates)
        message = Words(
            f"no form asks for a date {field!r}{hint.en}", f"日付 {field!r} をたずねるフォームがありません{hint.ja}"
        )
        yield document.problem(where, message)
