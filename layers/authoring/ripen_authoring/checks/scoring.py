"""Check scoring.yaml."""

from collections.abc import Iterator

from ripen.scoring.score import GIVEN_POINTS
from ripen.words import Words
from ripen_authoring.checks.clauses import check_conditions
from ripen_authoring.checks.names import check_subject
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem

_SUBJECTS = {"form": "forms", "page": "pages", "read": "pages", "click": "emails"}


def check(folder: Folder, entry: Entry[ScoringFile], ripen: RipenFile) -> Iterator[Problem]:
    """Check the thresholds, the codes, and the names in all rules."""
    scoring, document = entry.model, entry.document
    if scoring.warm.enter >= scoring.hot.enter:
        message = Words(
            "`enter` of warm must be lower than `enter` of hot",
            "warm の `enter` は hot の `enter` より低くしてください",
        )
        yield document.problem(("warm", "enter"), message)
    yield from _check_codes(entry)
    for number, rule in enumerate(scoring.engagement):
        for key, kind in _SUBJECTS.items():
            where = ("engagement", number, "on", key)
            yield from check_subject(folder, document, where, getattr(rule.on, key), kind, ripen)
    for number, fit in enumerate(scoring.fit):
        yield from check_conditions(folder, document, ("fit", number, "when"), fit.when)


def _check_codes(entry: Entry[ScoringFile]) -> Iterator[Problem]:
    """Check that each rule has a code of its own."""
    seen: set[str] = set()
    codes = [(("engagement", number, "code"), rule.code) for number, rule in enumerate(entry.model.engagement)]
    codes += [(("fit", number, "code"), rule.code) for number, rule in enumerate(entry.model.fit)]
    for where, code in codes:
        if code == GIVEN_POINTS.code:
            message = Words(
                f"{code!r} is the code of points that journeys give; choose another",
                f"{code!r} はシナリオが付ける点のコードです。別のコードにしてください",
            )
            yield entry.document.problem(where, message)
        elif code in seen:
            message = Words(
                f"another rule has the code {code!r}; choose another",
                f"コード {code!r} はほかのルールで使われています。別のコードにしてください",
            )
            yield entry.document.problem(where, message)
        seen.add(code)
