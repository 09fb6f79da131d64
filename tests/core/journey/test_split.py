"""A split: the shares of its paths, and that a lead's path does not depend on other leads."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.journey.split import choose_path
from ripen.playbook.graph import Share

LEADS = [f"lead{n}" for n in range(4000)]
shares = st.lists(
    st.builds(Share, name=st.text("abcdef", min_size=1, max_size=3), weight=st.integers(1, 9)),
    min_size=1,
    max_size=5,
    unique_by=lambda share: share.name,
)


def path(by: str, lead: str, among: list[Share]) -> str:
    return among[choose_path(by, lead, among)].name


@pytest.mark.parametrize("weights", [(1, 1), (9, 1), (1, 2, 3, 4), (50, 50, 1)])
def test_each_path_gets_its_share(weights: tuple[int, ...]) -> None:
    among = [Share(name=f"path{n}", weight=weight) for n, weight in enumerate(weights)]
    got = Counter(choose_path("test", lead, among) for lead in LEADS)
    for number, weight in enumerate(weights):
        expected = len(LEADS) * weight / sum(weights)
        assert abs(got[number] - expected) < 4 * (expected * (1 - weight / sum(weights))) ** 0.5  # 4 sigma


@given(st.text(max_size=5), st.text(max_size=5), shares, st.randoms(use_true_random=False))
def test_order_of_the_paths_does_not_matter(by: str, lead: str, among: list[Share], chance: object) -> None:
    mixed = list(among)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert path(by, lead, mixed) == path(by, lead, among)


@given(st.text(max_size=5), st.text(max_size=5), shares)
def test_new_path_takes_leads_but_moves_none_between_the_others(by: str, lead: str, among: list[Share]) -> None:
    more = [*among, Share(name="new", weight=3)]
    assert path(by, lead, more) in ("new", path(by, lead, among))


def test_two_splits_are_independent() -> None:
    among = [Share(name="x"), Share(name="y")]
    both = Counter((path("one", lead, among), path("two", lead, among)) for lead in LEADS)
    assert all(abs(count - 1000) < 4 * 750**0.5 for count in both.values()) and len(both) == 4


def test_path_without_weight_gets_no_leads() -> None:
    among = [Share(name="x", weight=0), Share(name="y")]
    assert {path("test", lead, among) for lead in LEADS[:200]} == {"y"}


def test_path_of_a_lead_stays_the_same_for_ever() -> None:
    among = [Share(name="x"), Share(name="y"), Share(name="z")]
    assert [path("offer", f"lead{n}", among) for n in range(8)] == list("zzzzxyyy")
