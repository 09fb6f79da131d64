"""Clauses of the playbook: nested conditions on a lead, used by segments, branches, goals and exits.

`ripen publish` compiles these structs; condition.holds evaluates them.
"""

from collections.abc import Iterator

from msgspec import Struct


class Condition(Struct, frozen=True, kw_only=True, tag="field"):
    """A test of one profile field, or of fit, engagement, total or rank.

    One test is set: `any_of` (equals one of), `contains` (contains one of), `at_least` (number) or `present` (is not
    blank). Strings are compared case-folded and in NFKC. The field "email_kind" is "free", "role" or "company";
    "domain" is the domain of the address.
    """

    field: str
    any_of: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    at_least: float | None = None
    present: bool | None = None


class Did(Struct, frozen=True, kw_only=True, tag="did"):
    """How often the lead did something: from `at_least` to `at_most` times in the last `within_seconds` (None: ever).

    Activities of machines do not count. "Never" is `at_least=0, at_most=0`.
    """

    kind: str
    """An activity.Kind."""
    subject: str = ""
    """Name of the form, page, file or email; "" matches any."""
    at_least: int = 1
    at_most: int | None = None
    within_seconds: int | None = None


class Belongs(Struct, frozen=True, kw_only=True, tag="segment"):
    """The lead is in this segment."""

    segment: str


class Agreed(Struct, frozen=True, kw_only=True, tag="consent"):
    """The lead has given a consent for this purpose and not withdrawn it."""

    purpose: str = "marketing"


class Tagged(Struct, frozen=True, kw_only=True, tag="tag"):
    """The lead has this tag."""

    tag: str


class AllOf(Struct, frozen=True, kw_only=True, tag="all"):
    """All of these clauses hold."""

    of: tuple["Clause", ...]


class AnyOf(Struct, frozen=True, kw_only=True, tag="any"):
    """At least one of these clauses holds."""

    of: tuple["Clause", ...]


class Not(Struct, frozen=True, kw_only=True, tag="not"):
    """The clause does not hold."""

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
