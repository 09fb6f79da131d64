"""Check scoring.yaml."""

from collections.abc import Iterable, Iterator

from ripen.nearest import nearest
from ripen.scoring.ledger import MAIN
from ripen.scoring.score import GIVEN_POINTS
from ripen.words import Words
from ripen_authoring.checks import activity_facts, names, standing
from ripen_authoring.checks.clauses import check_conditions
from ripen_authoring.checks.names import check_subject
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.scoring import EngagementPart, FitPart, ModelPart, ScoringFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem

_SUBJECTS = {"form": "forms", "page": "pages", "read": "pages", "click": "emails"}


def check(folder: Folder, entry: Entry[ScoringFile], ripen: RipenFile) -> Iterator[Problem]:
    """Check the thresholds, the codes, the groups, and the names in all rules."""
    scoring, document = entry.model, entry.document
    if MAIN in scoring.models:
        message = Words(
            f"{MAIN!r} is the name of the model outside `models`; choose another",
            f"{MAIN!r} は `models` の外のモデルの名前です。別の名前にしてください",
        )
        yield document.problem(("models", MAIN), message)
    disqualifiers = [(("disqualify", number, "code"), rule.code) for number, rule in enumerate(scoring.disqualify)]
    for where, model in scoring.placed_models():
        yield from standing.check(document, where, model, gives_points=not where and names.gives_points(folder))
        yield from _check_groups(document, where, model)
        yield from _check_rules(folder, document, where, model, ripen)
        codes = [((*here, "code"), rule.code) for here, rule in _rules(where, model)]
        yield from _check_codes(document, [*codes, *([] if where else disqualifiers)])
    for number, disqualifier in enumerate(scoring.disqualify):
        yield from check_conditions(folder, document, ("disqualify", number, "when"), disqualifier.when)


def _check_rules(
    folder: Folder, document: Document, where: DocumentPath, model: ModelPart, ripen: RipenFile
) -> Iterator[Problem]:
    for number, rule in enumerate(model.engagement):
        here = (*where, "engagement", number)
        for key, kind in _SUBJECTS.items():
            yield from check_subject(folder, document, (*here, "on", key), getattr(rule.on, key), kind, ripen)
        yield from activity_facts.check(folder, document, here, rule)
    for number, fit in enumerate(model.fit):
        yield from check_conditions(folder, document, (*where, "fit", number, "when"), fit.when)


def _check_groups(document: Document, where: DocumentPath, model: ModelPart) -> Iterator[Problem]:
    for here, rule in _rules(where, model):
        if rule.group and rule.group not in model.groups:
            hint = nearest(rule.group, model.groups)
            message = Words(
                f"`groups` has no group {rule.group!r}{hint.en}",
                f"`groups` にグループ {rule.group!r} はありません{hint.ja}",
            )
            yield document.problem((*here, "group"), message)
    used = {rule.group for _, rule in _rules(where, model)}
    for name in model.groups.keys() - used:
        message = Words(f"no rule is in the group {name!r}", f"グループ {name!r} に入っているルールがありません")
        yield document.warning((*where, "groups", name), message)


def _rules(where: DocumentPath, model: ModelPart) -> Iterator[tuple[DocumentPath, EngagementPart | FitPart]]:
    yield from (((*where, "engagement", number), rule) for number, rule in enumerate(model.engagement))
    yield from (((*where, "fit", number), rule) for number, rule in enumerate(model.fit))


def _check_codes(document: Document, codes: Iterable[tuple[DocumentPath, str]]) -> Iterator[Problem]:
    """Check that each rule of a model has a code of its own."""
    seen: set[str] = set()
    for where, code in codes:
        if code == GIVEN_POINTS.code:
            message = Words(
                f"{code!r} is the code of points that journeys give; choose another",
                f"{code!r} はシナリオが付ける点のコードです。別のコードにしてください",
            )
            yield document.problem(where, message)
        elif code in seen:
            message = Words(
                f"another rule has the code {code!r}; choose another",
                f"コード {code!r} はほかのルールで使われています。別のコードにしてください",
            )
            yield document.problem(where, message)
        seen.add(code)
