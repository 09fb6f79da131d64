"""An account is the sum of its people."""

from typing import Any

from ripen.account.account import PERSON_CAP, ROLE_BONUS, Person, summary
from ripen.account.committee import Role
from ripen.lead.state import Rank


def a_person(**changes: Any) -> Person:
    known = {"name": "", "email": "a@acme.example", "company": "", "title": "", "roles": (), "rank": Rank.COLD}
    return Person(**({"score": 10} | known | changes))


def test_each_person_gives_at_most_the_cap() -> None:
    assert summary([a_person(score=PERSON_CAP + 1), a_person(score=PERSON_CAP), a_person(score=7)]).score == 107


def test_each_role_beyond_the_first_is_a_bonus() -> None:
    people = [a_person(score=0, roles=(role,)) for role in (Role.DECIDER, Role.DECIDER, Role.BUDGET, Role.USER)]
    assert [summary(people[:count]).score for count in (0, 1, 2, 3, 4)] == [0, 0, 0, ROLE_BONUS, 2 * ROLE_BONUS]
    assert summary(people).coverage == {Role.DECIDER: 2, Role.BUDGET: 1, Role.USER: 1}


def test_the_rank_is_the_highest_of_a_person() -> None:
    ranks = (Rank.WARM, Rank.HOT, Rank.COLD)
    assert [summary([a_person(rank=rank) for rank in ranks[:count]]).rank for count in (0, 1, 2, 3)] == [
        *(Rank.COLD, Rank.WARM),
        *(Rank.HOT, Rank.HOT),
    ]


def test_the_name_is_the_one_that_most_typed_and_the_strongest_come_first() -> None:
    people = [a_person(email=f"{n}@acme.example", company=name, score=n) for n, name in enumerate(("", "B", "A", "A"))]
    assert summary(people).name == "A"
    assert [person.score for person in summary(people).people] == [3, 2, 1, 0]
