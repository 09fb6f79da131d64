"""A query as data, and errors that point into its text as Salesforce's do."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class DayLiteral:
    """A span of days relative to the time of the query: TODAY, LAST_N_DAYS:7 and the like."""

    name: str
    days: int = 0


type Literal = str | float | bool | date | datetime | DayLiteral | None


@dataclass(frozen=True)
class Pattern:
    """The right side of LIKE with its escapes: % and _ are wildcards unless escaped."""

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
    """Return a message under the piece of the query that it is about, as Salesforce formats it."""
    start = max(0, at - 40)
    piece = source[start : at + 40].replace("\n", " ")
    return f"\n{piece}\n{' ' * (at - start)}^\nERROR at Row:1:Column:{at + 1}\n{message}"
