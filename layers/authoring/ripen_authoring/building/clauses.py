"""Build clauses and conditions."""

from collections.abc import Sequence
from typing import Any

from ripen.lead.activity import Kind
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged
from ripen_authoring.models.activities import CRM_ACTIVITIES
from ripen_authoring.models.clauses import ACTIVITY_WORDS, ClausePart
from ripen_authoring.models.part import ConditionPart, Conditions

KINDS = {
    "clicked": Kind.LINK_CLICKED,
    "submitted": Kind.FORM_SUBMITTED,
    "viewed": Kind.PAGE_VIEWED,
    "read": Kind.PAGE_READ,
    "downloaded": Kind.FILE_DOWNLOADED,
    "replied": Kind.REPLIED,
}


def conditions(tests: Sequence[Conditions]) -> tuple[Condition, ...]:
    return tuple(condition(field, asked) for test in tests for field, asked in test.items())


def condition(field: str, asked: ConditionPart) -> Condition:
    return Condition(
        field=field,
        any_of=asked.any_of,
        contains=asked.contains,
        at_least=asked.at_least,
        present=asked.present,
    )


def clause(part: ClausePart) -> Clause:
    """Return the clause, without `all` around a single one."""
    of = flat(part)
    return of[0] if len(of) == 1 else AllOf(of=of)


def optional(part: ClausePart | None) -> Clause | None:
    return None if part is None else clause(part)


def flat(part: ClausePart) -> tuple[Clause, ...]:
    """Return everything that must hold, with nested `all` clauses merged."""
    found: list[Clause] = [condition(field, asked) for field, asked in part.tests.items()]
    found += [
        Condition(field=f"rank.{model}" if model else "rank", any_of=ranks) for model, ranks in part.ranks.items()
    ]
    found += [_did(part, word) for word in ACTIVITY_WORDS if getattr(part, word)]
    if part.never is not None:
        found.append(_never(part.never))
    if part.segment:
        found.append(Belongs(segment=part.segment))
    if part.consent:
        found.append(Agreed(purpose=part.consent))
    if part.tag:
        found.append(Tagged(tag=part.tag))
    if part.any_of:
        found.append(AnyOf(of=tuple(map(clause, part.any_of))))
    if part.not_ is not None:
        found.append(Not(clause=clause(part.not_)))
    return (*found, *(each for nested in part.all_of for each in flat(nested)))


def _did(part: ClausePart, word: str) -> Did:
    return Did(**_what(part, word), at_least=part.times or 1, within_seconds=part.within)


def _never(part: ClausePart) -> Did:
    word = part.activity_word or ACTIVITY_WORDS[0]
    return Did(**_what(part, word), at_least=0, at_most=0, within_seconds=part.within)


def _what(part: ClausePart, word: str) -> dict[str, Any]:
    subject = getattr(part, word)
    if word == "crm":
        return {"kind": str(CRM_ACTIVITIES[subject]), "subject": ""}
    return {"kind": str(KINDS[word]), "subject": "" if subject == "any" else subject}
