"""Check the ranks, grades and levels of a scoring model: that they are in order, and that leads can reach them."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import inf

from ripen.words import Words
from ripen_authoring.files.document import Document
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.scoring import EngagementPart, FitPart, ModelPart, ThresholdPart
from ripen_authoring.problem import Problem


def check(document: Document, where: DocumentPath, model: ModelPart, *, gives_points: bool) -> Iterator[Problem]:
    """Check one model; `gives_points` says whether a journey gives points, too, which have no cap of their own."""
    yield from _check_ranks(document, where, model)
    yield from _check_grades(document, where, model)
    yield from _check_levels(document, where, model, gives_points)


def _check_ranks(document: Document, where: DocumentPath, model: ModelPart) -> Iterator[Problem]:
    warm, hot = model.warm, model.hot
    if bool(warm.any_of) != bool(hot.any_of):
        message = Words(
            "warm and hot must both have `any_of`, or both `enter` and `leave`",
            "warm と hot は、両方とも `any_of` か、両方とも `enter` と `leave` にしてください",
        )
        yield document.problem((*where, "hot"), message)
    elif warm.enter is not None and hot.enter is not None and warm.enter >= hot.enter:
        message = Words(
            "`enter` of warm must be lower than `enter` of hot",
            "warm の `enter` は hot の `enter` より低くしてください",
        )
        yield document.problem((*where, "warm", "enter"), message)
    for number, cell in enumerate(warm.any_of):
        if cell in hot.any_of:
            message = Words(f"{cell} is warm and hot; remove one", f"{cell} が warm と hot の両方にあります")
            yield document.problem((*where, "warm", "any_of", number), message)
    if (warm.any_of or hot.any_of) and not (model.grades and model.levels):
        message = Words("`any_of` needs `grades` and `levels`", "`any_of` には `grades` と `levels` が必要です")
        yield document.problem((*where, "hot", "any_of"), message)


def _check_grades(document: Document, where: DocumentPath, model: ModelPart) -> Iterator[Problem]:
    if model.grades is None:
        return
    grades = (("A", model.grades.A), ("B", model.grades.B), ("C", model.grades.C))
    for (better, most), (worse, least) in pairwise(grades):
        if least >= most:
            message = Words(
                f"grade {worse} must begin lower than grade {better}, or they overlap",
                f"グレード {worse} の下限は {better} より低くしてください。重なっています",
            )
            yield document.problem((*where, "grades", worse), message)
    reachable = _limited(_most_fit(model.fit, model), model.fit_cap)
    for grade, least in grades:
        if least > reachable:
            message = Words(
                f"no lead reaches grade {grade}: fit is {reachable:g} at most",
                f"グレード {grade} になる見込み客はいません。適合度は最大 {reachable:g} です",
            )
            yield document.problem((*where, "grades", grade), message)


def _check_levels(document: Document, where: DocumentPath, model: ModelPart, gives_points: bool) -> Iterator[Problem]:
    levels = sorted(model.levels.items())
    if levels and [number for number, _ in levels] != [2, 3, 4]:
        message = Words("write the levels 2, 3 and 4", "レベル 2、3、4 を書いてください")
        yield document.problem((*where, "levels"), message)
    for (_, lower), (number, higher) in pairwise(levels):
        if _overlap(lower, higher):
            message = Words(
                f"`enter` and `leave` of level {number} must be higher than those of the level below",
                f"レベル {number} の `enter` と `leave` は、下のレベルより高くしてください",
            )
            yield document.problem((*where, "levels", number), message)
    most = inf if gives_points else _most_engagement(model.engagement, model)
    reachable = _limited(most, model.engagement_cap)
    for number, level in levels:
        if level.enter > reachable:
            message = Words(
                f"no lead reaches level {number}: engagement is {reachable:g} at most",
                f"レベル {number} になる見込み客はいません。関心度は最大 {reachable:g} です",
            )
            yield document.problem((*where, "levels", number, "enter"), message)


def _overlap(lower: ThresholdPart, higher: ThresholdPart) -> bool:
    return higher.enter <= lower.enter or higher.leave <= lower.leave


def _most_fit(rules: Iterable[FitPart], model: ModelPart) -> float:
    return _most(((rule.group, rule.points) for rule in rules), model)


def _most_engagement(rules: Iterable[EngagementPart], model: ModelPart) -> float:
    """Return the most engagement; a rule without a cap may give points again and again."""

    def most(rule: EngagementPart) -> float:
        if rule.points <= 0:
            return 0.0
        if rule.count:
            return rule.points
        return inf if rule.cap is None else rule.cap

    return _most(((rule.group, most(rule)) for rule in rules), model)


def _most(points: Iterable[tuple[str | None, float]], model: ModelPart) -> float:
    groups: dict[str | None, float] = {}
    for group, most in points:
        groups[group] = groups.get(group, 0.0) + max(most, 0.0)
    caps = {name: group.cap for name, group in model.groups.items()}
    return sum(_limited(most, caps.get(group) if group else None) for group, most in groups.items())


def _limited(most: float, cap: float | None) -> float:
    return most if cap is None else min(most, cap)
