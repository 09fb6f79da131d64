"""Clauses of the playbook: what must hold of a lead, in any nesting. Segments, branches, goals and exits are made of them.

The structs are what `ripen publish` compiles; condition.holds judges them.
"""

from collections.abc import Iterator

from msgspec import Struct


class Condition(Struct, frozen=True, kw_only=True, tag="field"):
    """One test of one profile field, or of fit, engagement, total or rank. Strings are compared case-folded and NFKC.

    One of them is set: `any_of` (equals one of), `contains` (holds one of), `at_least` (number), `present` (is not blank).
    The field "email_kind" is "free", "role" or "company"; "domain" is the address's domain.
    """

    field: str
    any_of: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    at_least: float | None = None
    present: bool | None = None


class Did(Struct, frozen=True, kw_only=True, tag="did"):
    """How often the lead did something (machines' hits do not count): at least `at_least` and at most `at_most` times in
    the last `within_seconds` (None: ever). Never is `at_least=0, at_most=0`."""

    kind: str
    """An activity.Kind."""
    subject: str = ""
    """Name of the form, page, file or email; "" means any."""
    at_least: int = 1
    at_most: int | None = None
    within_seconds: int | None = None


class Belongs(Struct, frozen=True, kw_only=True, tag="segment"):
    segment: str


class Agreed(Struct, frozen=True, kw_only=True, tag="consent"):
    """A consent for this purpose stands."""

    purpose: str = "marketing"


class Tagged(Struct, frozen=True, kw_only=True, tag="tag"):
    tag: str


class AllOf(Struct, frozen=True, kw_only=True, tag="all"):
    of: tuple["Clause", ...]


class AnyOf(Struct, frozen=True, kw_only=True, tag="any"):
    of: tuple["Clause", ...]


class Not(Struct, frozen=True, kw_only=True, tag="not"):
    clause: "Clause"


Clause = Condition | Did | Belongs | Agreed | Tagged | AllOf | AnyOf | Not


def subclauses(clause: Clause) -> Iterator[Clause]:
    """Yield the clause and every clause nested in it, outermost first."""
    yield clause
    nested: tuple[Clause, ...] = ()
    match clause:
        case AllOf() | AnyOf():
            nested = clause.of
        case Not():
            nested = (clause.clause,)
    for part in nested:
        yield from subclauses(part)
