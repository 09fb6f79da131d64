"""A company as the sum of its people."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from ripen.account.committee import Role
from ripen.lead.state import Rank

PERSON_CAP = 50
"""The most points that one person gives the company: a single eager reader is no project."""
ROLE_BONUS = 10
"""Points for each role of the buying committee beyond the first."""
_RANKS = (Rank.COLD, Rank.WARM, Rank.HOT)


class Person(Struct, frozen=True, kw_only=True):
    """A lead of the company, with its score as of now."""

    name: str
    email: str
    company: str
    title: str
    roles: tuple[Role, ...]
    rank: Rank
    score: int


class Account(Struct, frozen=True, kw_only=True):
    """A company, as the sum of its people."""

    name: str
    """The company name that most of them typed; "" if nobody did."""
    score: int
    rank: Rank
    """The highest rank of a person."""
    people: tuple[Person, ...]
    """The strongest first."""
    coverage: dict[Role, int]
    """How many people have each role."""


def summary(people: Sequence[Person]) -> Account:
    """Return the account of these people."""
    names = Counter(person.company for person in people if person.company)
    coverage = {role: sum(role in person.roles for person in people) for role in Role}
    breadth = max(sum(map(bool, coverage.values())) - 1, 0)
    points = sum(min(person.score, PERSON_CAP) for person in people) + ROLE_BONUS * breadth
    return Account(
        name=min(names, key=lambda name: (-names[name], name), default=""),
        score=points,
        rank=max((person.rank for person in people), key=_RANKS.index, default=Rank.COLD),
        people=tuple(sorted(people, key=lambda person: (-person.score, person.email))),
        coverage=coverage,
    )
