"""A query as data, and how Salesforce points at a mistake in one."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class DayLiteral:
    """TODAY, LAST_N_DAYS:7 …: a span of days that depends on when the query runs."""

    name: str
    days: int = 0


type Literal = str | float | bool | date | datetime | DayLiteral | None


@dataclass(frozen=True)
class Pattern:
    """The right side of LIKE, escapes still inside: % and _ are wild unless escaped."""

    text: str


@dataclass(frozen=True)
class Compare:
    path: str
    operator: str
    value: Literal | Pattern | tuple[Literal, ...]


@dataclass(frozen=True)
class Not:
    of: "Condition"


@dataclass(frozen=True)
class All:
    of: tuple["Condition", ...]


@dataclass(frozen=True)
class Some:
    of: tuple["Condition", ...]


type Condition = Compare | Not | All | Some


@dataclass(frozen=True)
class Order:
    path: str
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True)
class Query:
    source: str
    object: str
    paths: tuple[str, ...]  # empty: COUNT()
    where: Condition = All(())
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0


def pointing(source: str, at: int, message: str) -> str:
    """A message under the piece of the query it speaks of, as Salesforce shows it."""
    start = max(0, at - 40)
    piece = source[start : at + 40].replace("\n", " ")
    return f"\n{piece}\n{' ' * (at - start)}^\nERROR at Row:1:Column:{at + 1}\n{message}"
