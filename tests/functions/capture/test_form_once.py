"""A submission counts once, in spite of repetitions and races."""

from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import timedelta

import pytest

from capture.form import Dependencies, serve
from tests.support.fakes import NOON, FakeQueue
from tests.support.form_posts import EMAIL, activities, body_of
from tests.support.gateway_events import a_json_post, a_post, count, rows


def test_a_nonce_counts_once_even_after_days(dependencies: Dependencies, queue: FakeQueue) -> None:
    first = serve(a_post(email=EMAIL, nonce="n1"), dependencies)
    again = serve(a_post(email=EMAIL, nonce="n1", company="A社"), replace(dependencies, now=NOON + timedelta(days=5)))
    assert body_of(again) == body_of(first)
    assert len(activities(dependencies.table)) == len(queue.woken) == 1


def test_a_corrected_address_is_another_submission(dependencies: Dependencies) -> None:
    serve(a_post(email="hanak@example.co.jp", nonce="n1"), dependencies)
    serve(a_post(email=EMAIL, nonce="n1"), dependencies)
    assert len(activities(dependencies.table)) == 1
    assert len(activities(dependencies.table, "hanak@example.co.jp")) == 1


def test_an_idempotency_key_counts_once(dependencies: Dependencies) -> None:
    headers = {"idempotency-key": "k1"}
    first = serve(a_json_post({"email": EMAIL}, headers), dependencies)
    again = serve(a_json_post({"email": EMAIL}, headers), replace(dependencies, now=NOON + timedelta(days=1)))
    assert (again["statusCode"], body_of(again)) == (202, body_of(first))
    assert len(activities(dependencies.table)) == 1


@pytest.mark.parametrize("guess", [{"email": "stranger@evil.example"}, {"email": EMAIL, "company": "A社"}])
def test_a_stranger_who_guesses_an_idempotency_key_locks_nobody_out(
    dependencies: Dependencies, guess: dict[str, str]
) -> None:
    headers = {"idempotency-key": "order-4711"}
    taken = serve(a_json_post(guess, headers), dependencies)

    answered = serve(a_json_post({"email": EMAIL}, headers), dependencies)

    assert answered["statusCode"] == 202
    assert body_of(answered) != body_of(taken)
    assert body_of(answered)["activity"] in {activity.id for activity in activities(dependencies.table)}


@pytest.mark.parametrize("key", ["\x00", "x" * 256, "\ud800"])
def test_a_malformed_idempotency_key_is_refused(dependencies: Dependencies, key: str) -> None:
    assert serve(a_json_post({"email": EMAIL}, {"idempotency-key": key}), dependencies)["statusCode"] == 400
    assert rows(dependencies.table) == []


@pytest.mark.parametrize(("seconds", "kept"), [(0, 1), (599, 1), (600, 1), (601, 2), (4000, 2)])
def test_the_same_content_counts_once_for_ten_minutes(dependencies: Dependencies, seconds: int, kept: int) -> None:
    serve(a_post(email=EMAIL, company="A社"), dependencies)
    again = serve(a_post(email=EMAIL, company="A社"), replace(dependencies, now=NOON + timedelta(seconds=seconds)))
    assert (again["statusCode"], len(activities(dependencies.table))) == (202, kept)


def test_other_content_within_ten_minutes_is_another_submission(dependencies: Dependencies) -> None:
    serve(a_post(email=EMAIL, company="A社"), dependencies)
    serve(a_post(email=EMAIL, company="B社"), dependencies)
    assert len(activities(dependencies.table)) == 2


def test_twenty_concurrent_copies_make_one_activity(dependencies: Dependencies, queue: FakeQueue) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(lambda _: serve(a_post(email=EMAIL, nonce="n1", consent="on"), dependencies), range(20))
        )
    assert {answered["statusCode"] for answered in answers} == {202}
    assert len({answered["body"] for answered in answers}) == 1
    assert len(activities(dependencies.table)) == len(queue.woken) == 1
    assert count(dependencies.table, "profile") == 1


def test_different_concurrent_submissions_are_all_kept(dependencies: Dependencies) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda n: serve(a_post(email=EMAIL, nonce=f"n{n}"), dependencies), range(3)))
    assert {answered["statusCode"] for answered in answers} == {202}
    assert len(activities(dependencies.table)) == 3
    assert count(dependencies.table, "profile") == 1


# the honeypot
