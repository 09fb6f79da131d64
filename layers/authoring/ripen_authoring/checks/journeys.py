"""Check that journeys refer to names that exist, and that steps and paths have names of their own."""

from collections.abc import Iterator, Sequence

from ripen.lead.activity import Kind
from ripen.lead.history import RULE_FACTS
from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.checks import names
from ripen_authoring.checks.activity_facts import check_facts
from ripen_authoring.checks.clauses import check_clause, check_conditions
from ripen_authoring.checks.names import check_date_field, check_name, check_subject
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.flow import PlacedStep, clauses, placed_steps
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.journeys import JourneyFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.models.triggers import CAMPAIGN_KEYS, OnActivityPart, OnDatePart, OnFieldPart, TriggerPart
from ripen_authoring.problem import Problem


def check(folder: Folder, ripen: RipenFile) -> Iterator[Problem]:
    """Check every journey.

    1. Its triggers, and the clauses of `who`, `goal` and `exit`.
    2. The ids of its steps, and the names of their paths.
    3. The names in each step, and the clauses of its paths.
    4. The steps in `changes`.
    """
    for entry in folder.journeys.values():
        journey, document = entry.model, entry.document
        yield from _check_entry(folder, entry, ripen)
        for key, clause in (("goal", journey.goal), ("exit", journey.exit)):
            yield from check_clause(folder, document, (key,), clause, ripen)
        steps_in_place = placed_steps(journey.steps)
        yield from _check_ids(document, steps_in_place)
        for step in steps_in_place:
            yield from _check_step(folder, document, step, ripen)
        for where, path in clauses(steps_in_place):
            yield from check_clause(folder, document, where, path, ripen)
        yield from _check_changes(entry, {step.id for step in steps_in_place})


def _check_entry(folder: Folder, entry: Entry[JourneyFile], ripen: RipenFile) -> Iterator[Problem]:
    journey, document = entry.model, entry.document
    for number, on in enumerate(journey.enrol.on):
        yield from check_trigger(folder, document, ("enrol", "on", number), on, ripen)
        if isinstance(on, OnDatePart) and on.yearly and journey.enrol.again.again.how == "never":
            message = Words(
                "with `again: never` a lead enters once and not every year; write `again: after 300 days`",
                "`again: never` では毎年ではなく一度だけ始まります。`again: after 300 days` と書いてください",
            )
            yield document.warning(("enrol", "on", number, "yearly"), message)
    keys = names.entry_fields(folder) | (set(CAMPAIGN_KEYS) if names.enters_by_crm_campaign(journey) else set())
    if (key := journey.enrol.again.key) and key not in keys:
        yield document.problem(("enrol", "again"), _not_kept(key, keys))
    yield from check_clause(folder, document, ("enrol", "who"), journey.enrol.who, ripen)


def check_trigger(
    folder: Folder, document: Document, where: DocumentPath, on: TriggerPart, ripen: RipenFile
) -> Iterator[Problem]:
    """Check the names in a trigger, and its conditions."""
    for mention in on.mentions():
        place = (*where, *mention.where)
        if mention.kind == "dates":
            yield from check_date_field(folder, document, place, mention.name)
        else:
            yield from check_subject(folder, document, place, mention.name, mention.kind, ripen)
    if isinstance(on, OnFieldPart):
        yield from check_conditions(folder, document, (*where, "field"), [on.field])
    if isinstance(on, OnActivityPart) and on.form:
        kept = names.entry_fields(folder) | {"source", "page"}
        for field in on.where:
            if field not in kept:
                yield document.problem((*where, "where", field), _not_kept(field, kept))
    if isinstance(on, OnActivityPart) and on.crm:
        yield from check_facts(document, where, on.where, RULE_FACTS.get(Kind(on.kind), ()))


def _not_kept(name: str, kept: set[str]) -> Words:
    hint = nearest(name, kept)
    return Words(
        f"no form keeps {name!r}; add `entry: true` to that field{hint.en}",
        f"{name!r} を残すフォームがありません。その項目に `entry: true` を追加してください{hint.ja}",
    )


def _check_ids(document: Document, steps_in_place: Sequence[PlacedStep]) -> Iterator[Problem]:
    seen: set[str] = set()
    for step in steps_in_place:
        if step.id in seen:
            message = Words(
                f"two steps have the id {step.id!r}; give one of them its own `id`",
                f"同じ id {step.id!r} の手順が 2 つあります。どちらかに別の `id` を付けてください",
            )
            yield document.problem(step.where, message)
        seen.add(step.id)
        paths: set[str] = set()
        for placed in step.paths:
            if placed.name in paths:
                message = Words(
                    f"two paths have the name {placed.name!r}; give one of them its own `name`",
                    f"同じ名前 {placed.name!r} の経路が 2 つあります。どちらかに別の `name` を付けてください",
                )
                yield document.problem(placed.where, message)
            paths.add(placed.name)


def _check_step(folder: Folder, document: Document, step: PlacedStep, ripen: RipenFile) -> Iterator[Problem]:
    for mention in step.part.mentions():
        where, name = (*step.where, *mention.where), mention.name
        match mention.kind:
            case "dates":
                yield from check_date_field(folder, document, where, name)
            case "stages":
                if name not in ripen.stages:
                    yield document.problem(where, unknown_stage(name, ripen.stages))
            case kind:
                yield from check_name(document, where, name, folder, kind)


def unknown_stage(stage: str, stages: tuple[str, ...]) -> Words:
    """Return the message for a lifecycle stage that ripen.yaml does not have."""
    hint = nearest(stage, stages)
    return Words(f"ripen.yaml has no stage {stage!r}{hint.en}", f"ripen.yaml に段階 {stage!r} はありません{hint.ja}")


def _check_changes(entry: Entry[JourneyFile], ids: set[str]) -> Iterator[Problem]:
    for old, move in entry.model.changes.items():
        if move.how == "move" and move.to not in ids:
            hint = nearest(move.to, ids)
            message = Words(
                f"this journey has no step {move.to!r}{hint.en}",
                f"このシナリオに手順 {move.to!r} はありません{hint.ja}",
            )
            yield entry.document.problem(("changes", old), message)
