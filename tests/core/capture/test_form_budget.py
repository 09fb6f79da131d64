"""Budgets of forms: by network, domain and inbox, ten times smaller without a nonce."""

from datetime import timedelta
from itertools import count

import pytest

from ripen.capture.form_budget import FormBudget, Post
from tests.support.fakes import NOON

KEY = b"n" * 32
_numbers = count()


def taken(posts: list[Post], shown: bool) -> int:
    budget = FormBudget()
    return sum(budget.exceeded(post, shown, KEY, NOON) == "" for post in posts)


def a_post(ip: str = "203.0.113.7", email: str = "hanako@example.co.jp", key: str = "") -> Post:
    return Post(ip=ip, email=email, key=key or f"post{next(_numbers)}")


ONE_NETWORK = [a_post(ip=f"203.0.113.{n}", email=f"p@company{n}.example") for n in range(100)]
ONE_DOMAIN = [a_post(ip=f"2001:db8:0:{n:x}::1", email=f"p{n}@company.example") for n in range(300)]
ONE_INBOX = [a_post(ip=f"2001:db8:0:{n:x}::1", email=f"ha.nako+{n}@gmail.com") for n in range(60)]


@pytest.mark.parametrize(
    ("posts", "shown", "unshown"), [(ONE_NETWORK, 60, 6), (ONE_DOMAIN, 200, 20), (ONE_INBOX, 50, 5)]
)
def test_each_budget_is_ten_times_smaller_without_a_nonce(posts: list[Post], shown: int, unshown: int) -> None:
    assert taken(posts, shown=True) == shown
    assert taken(posts, shown=False) == unshown


def test_a_budget_names_itself_and_returns_after_an_hour() -> None:
    budget = FormBudget()
    found = [budget.exceeded(a_post(), False, KEY, NOON) for _ in range(6)]
    assert found == [""] * 5 + ["inbox"]
    assert budget.exceeded(a_post(), False, KEY, NOON + timedelta(hours=1)) == ""


def test_free_mail_domains_have_no_budget() -> None:
    many = [a_post(ip=f"2001:db8:0:{n:x}::1", email=f"p{n}@gmail.com") for n in range(300)]
    assert taken(many, shown=False) == 300


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1", ""])
def test_posts_of_this_machine_are_limited_by_inbox_only(ip: str) -> None:
    assert taken([a_post(ip=ip, email=f"p{n}@company.example") for n in range(50)], shown=False) == 50
    assert taken([a_post(ip=ip) for _ in range(9)], shown=False) == 5


def test_a_repetition_costs_nothing() -> None:
    assert taken([a_post(key="same")] * 20, shown=False) == 20
    assert taken([*(a_post() for _ in range(9)), a_post(key="late"), a_post(key="late")], shown=False) == 5
