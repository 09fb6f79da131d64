"""What journeys, segments and clauses name: is it there?"""

from collections.abc import Iterable, Iterator, Sequence

from ripen.nearest import nearest
from ripen_authoring import expressions
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.flow import Laid, clauses, laid_out
from ripen_authoring.models import steps as written
from ripen_authoring.models.clauses import DID, ClausePart, DocumentPath, walk
from ripen_authoring.models.journeys import CAMPAIGN_KEYS, JourneyFile, TriggerPart
from ripen_authoring.models.part import Conditions
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem

PROFILE = frozenset(
    ["email", "domain", "email_kind", "last_name", "first_name", "company", "department", "job_title", "phone"]
) | {"locale", "country", "stage"}
SCORES = {"fit", "engagement", "total", "rank"}
_SUBJECTS = {"clicked": "emails", "replied": "emails", "submitted": "forms", "viewed": "pages", "read": "pages"}
_TRIGGERS = {"form": "forms", "page": "pages", "read": "pages", "click": "emails", "segment": "segments"}
_PURPOSES = ("marketing",)


def journeys(folder: Folder, ripen: RipenFile) -> Iterator[Problem]:
    """What journeys name that is not there."""
    for entry in folder.journeys.values():
        yield from _journey(folder, entry, ripen)


def _journey(folder: Folder, entry: Entry[JourneyFile], ripen: RipenFile) -> Iterator[Problem]:
    journey, document = entry.model, entry.document
    for number, on in enumerate(journey.enrol.on):
        yield from _trigger(folder, document, ("enrol", "on", number), on, ripen)
        if on.yearly and journey.enrol.again.again.how == "never":
            message = "whoever was in it once never enters again, in no later year; write `again: after 300 days`"
            yield document.warning(("enrol", "on", number, "yearly"), message)
    keys = entry_fields(folder) | (set(CAMPAIGN_KEYS) if _asks_the_crm(journey) else set())
    if (key := journey.enrol.again.key) and key not in keys:
        message = f"no form keeps {key!r}; write `entry: true` at that field{nearest(key, keys)}"
        yield document.problem(("enrol", "again"), message)
    for where, asked in ((("enrol", "who"), journey.enrol.who), (("goal",), journey.goal), (("exit",), journey.exit)):
        yield from clause(folder, document, where, asked, ripen)
    laid = laid_out(journey.steps)
    yield from _ids(document, laid)
    for step in laid:
        yield from _step(folder, document, step, ripen)
    for place, path in clauses(laid):
        yield from clause(folder, document, place, path, ripen)
    ids = {step.id for step in laid}
    for old, move in journey.changes.items():
        if move.how == "move" and move.to not in ids:
            message = f"this journey has no step {move.to!r}{nearest(move.to, ids)}"
            yield document.problem(("changes", old), message)


def _trigger(
    folder: Folder, document: Document, where: DocumentPath, on: TriggerPart, ripen: RipenFile
) -> Iterator[Problem]:
    for key, kind in _TRIGGERS.items():
        yield from _subject(folder, document, (*where, key), getattr(on, key), kind, ripen)
    if on.field:
        yield from tests(folder, document, (*where, "field"), [on.field], set())
    if on.date:
        yield from _date(folder, document, (*where, "date"), on.date)
    if on.form:
        facts = entry_fields(folder) | {"source", "page"}
        for field in on.where:
            if field not in facts:
                message = f"no form keeps {field!r}; write `entry: true` at that field{nearest(field, facts)}"
                yield document.problem((*where, "where", field), message)


def _ids(document: Document, laid: Sequence[Laid]) -> Iterator[Problem]:
    seen: set[str] = set()
    for step in laid:
        if step.id in seen:
            message = f"{step.id!r} is there twice; give one of them an `id` of its own"
            yield document.problem(step.where, message)
        seen.add(step.id)
    for step in laid:
        names: set[str] = set()
        for route in step.routes:
            if route.name in names:
                yield document.problem(route.where, f"another path is called {route.name!r}; give one of them a `name`")
            names.add(route.name)


def _step(folder: Folder, document: Document, step: Laid, ripen: RipenFile) -> Iterator[Problem]:
    part, where = step.part, step.where
    match part:
        case written.SendPart():
            yield from known(document, (*where, "send"), part.send, folder, "emails")
        case written.WaitPart():
            if field := expressions.until(part.wait).field:
                yield from _date(folder, document, (*where, "wait"), field)
        case written.WaitForPart():
            for number, path in enumerate(part.wait_for):
                if path.after and (field := expressions.until(path.after).field):
                    yield from _date(folder, document, (*where, "wait_for", number, "after"), field)
        case written.EnrolStepPart():
            yield from known(document, (*where, "enrol"), part.enrol, folder, "journeys")
        case written.LeavePart():
            yield from known(document, (*where, "leave"), part.leave, folder, "journeys")
        case written.UpdatePart() if part.update.stage and part.update.stage not in ripen.stages:
            stage = part.update.stage
            message = f"ripen.yaml has no stage {stage!r}{nearest(stage, ripen.stages)}"
            yield document.problem((*where, "update", "stage"), message)


def segments(folder: Folder, ripen: RipenFile) -> Iterator[Problem]:
    """What segments name that is not there, and segments that are made of themselves."""
    inside = {
        name: [part.segment for _, part in walk(entry.model.when, ("when",)) if part.segment]
        for name, entry in folder.segments.items()
    }
    for name, entry in folder.segments.items():
        yield from clause(folder, entry.document, ("when",), entry.model.when, ripen)
        for place, part in walk(entry.model.when, ("when",)):
            if part.segment and name in _within(part.segment, inside):
                message = f"segment {name!r} is made of itself; nobody can tell who is in it"
                yield entry.document.problem((*place, "segment"), message)


def _within(segment: str, inside: dict[str, list[str]]) -> set[str]:
    """The segment and all that it is made of."""
    found, waiting = set(), [segment]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += inside.get(name, [])
    return found


def clause(
    folder: Folder, document: Document, where: DocumentPath, asked: ClausePart | None, ripen: RipenFile
) -> Iterator[Problem]:
    """What a clause names that is not there."""
    for place, part in walk(asked, where):
        yield from tests(folder, document, place, [part.model_extra or {}, part.field], SCORES, clause=True)
        for word, kind in _SUBJECTS.items():
            yield from _subject(folder, document, (*place, word), getattr(part, word), kind, ripen)
        if part.segment:
            yield from known(document, (*place, "segment"), part.segment, folder, "segments")
        if part.consent and part.consent not in _PURPOSES:
            message = f"nobody is asked for {part.consent!r}{nearest(part.consent, _PURPOSES)}"
            yield document.problem((*place, "consent"), message)
        if part.tag and part.tag not in _tags(folder):
            message = f"no journey gives the tag {part.tag!r}{nearest(part.tag, _tags(folder))}"
            yield document.warning((*place, "tag"), message)


def _subject(
    folder: Folder, document: Document, where: DocumentPath, subject: str, kind: str, ripen: RipenFile
) -> Iterator[Problem]:
    named = ripen.tracking.pages if kind == "pages" and ripen.tracking else {}
    if subject and subject != "any" and subject not in named:
        yield from known(document, where, subject, folder, kind)


def _date(folder: Folder, document: Document, where: DocumentPath, field: str) -> Iterator[Problem]:
    """The field of the lead that holds a date."""
    dates = fields(folder) | {f"entry.{name}" for name in entry_fields(folder)}
    if field not in dates:
        yield document.problem(where, f"no form asks for a date {field!r}{nearest(field, dates)}")


def fields(folder: Folder) -> set[str]:
    """Fields that a form asks for or a journey fills in."""
    return {each.name for form in folder.forms.values() for each in form.model.fields} | updated(folder)


def entry_fields(folder: Folder) -> set[str]:
    """Answers that are kept with a submission, and what requests say."""
    answers = {each.name for form in folder.forms.values() for each in form.model.fields if each.entry}
    triggers = (on for journey in folder.journeys.values() for on in journey.model.enrol.on)
    return answers | {name for on in triggers for name in on.api or ()}


def entry_values(folder: Folder) -> set[str]:
    """What `entry.…` may be: answers, whence they came, and what requests and Salesforce campaigns that let in say."""
    asks = any(_asks_the_crm(journey.model) for journey in folder.journeys.values())
    return entry_fields(folder) | {"source", "page"} | ({"status", "campaign"} if asks else set())


def _asks_the_crm(journey: JourneyFile) -> bool:
    return any(on.crm_campaign for on in journey.enrol.on)


def hooks(folder: Folder) -> set[str]:
    """Ids of the steps that call a webhook."""
    return {
        step.id
        for journey in folder.journeys.values()
        for step in laid_out(journey.model.steps)
        if isinstance(step.part, written.WebhookPart)
    }


def _tags(folder: Folder) -> set[str]:
    return {tag for update in _updates(folder) for tag in update.add_tags}


def updated(folder: Folder) -> set[str]:
    """Fields that a journey fills in."""
    return {name for update in _updates(folder) for name in update.fields}


def _updates(folder: Folder) -> Iterator[written.UpdateBody]:
    for journey in folder.journeys.values():
        for step in laid_out(journey.model.steps):
            if isinstance(step.part, written.UpdatePart):
                yield step.part.update


def tests(
    folder: Folder,
    document: Document,
    where: DocumentPath,
    asked: Iterable[Conditions],
    more: set[str],
    *,
    clause: bool = False,
) -> Iterator[Problem]:
    """Fields that no form asks for and no profile has."""
    names = PROFILE | fields(folder) | more
    if clause:
        names |= {f"entry.{name}" for name in entry_values(folder)}
    words = {*DID, "never", "segment", "consent", "tag", "all", "any", "not"} if clause else set()
    for number, test in enumerate(asked):
        for field in test:
            hook = field.split(".")[1] if clause and field.startswith("answers.") else ""
            if field not in names and hook not in hooks(folder):
                message = f"nothing asks for {field!r}{nearest(field, names | words)}"
                yield document.problem((*where, number, field), message)


def known(document: Document, where: Sequence[int | str], name: str, folder: Folder, kind: str) -> Iterator[Problem]:
    names = folder.names.get(kind, set())
    if name not in names:
        yield document.problem(where, f"there is no {name!r} in {kind}/{nearest(name, names)}")


def repeated(document: Document, key: str, names: list[str], instead: str) -> Iterator[Problem]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield document.problem((key, number), f"{name!r} is there twice; {instead}")
