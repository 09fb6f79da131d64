"""A submission counts once, however often and however close together it comes."""

from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import timedelta

import pytest

from capture.form import Desk, serve
from tests.support.fakes import NOON, FakeQueue, OneAtATime
from tests.support.form_posts import EMAIL, activities, told
from tests.support.gateway_events import a_json_post, a_post, count, rows


def test_a_nonce_counts_once_even_after_days(desk: Desk, queue: FakeQueue) -> None:
    first = serve(a_post(email=EMAIL, nonce="n1"), desk)
    again = serve(a_post(email=EMAIL, nonce="n1", company="A社"), replace(desk, now=NOON + timedelta(days=5)))
    assert told(again) == told(first)
    assert len(activities(desk.table)) == len(queue.woken) == 1


def test_who_goes_back_and_corrects_the_address_is_not_lost(desk: Desk) -> None:
    serve(a_post(email="hanak@example.co.jp", nonce="n1"), desk)
    serve(a_post(email=EMAIL, nonce="n1"), desk)
    assert len(activities(desk.table)) == 1
    assert len(activities(desk.table, "hanak@example.co.jp")) == 1


def test_an_idempotency_key_counts_once(desk: Desk) -> None:
    headers = {"idempotency-key": "k1"}
    first = serve(a_json_post({"email": EMAIL}, headers), desk)
    again = serve(a_json_post({"email": EMAIL, "company": "A社"}, headers), replace(desk, now=NOON + timedelta(days=1)))
    assert (again["statusCode"], told(again)) == (202, told(first))
    assert len(activities(desk.table)) == 1


def test_an_idempotency_key_of_someone_else_is_refused(desk: Desk) -> None:
    serve(a_json_post({"email": EMAIL}, {"idempotency-key": "k1"}), desk)
    before = rows(desk.table)
    answered = serve(a_json_post({"email": "taro@example.co.jp"}, {"idempotency-key": "k1"}), desk)
    assert (answered["statusCode"], told(answered)["field"]) == (422, "idempotency-key")
    assert rows(desk.table) == before


@pytest.mark.parametrize("key", ["\x00", "x" * 256, "\ud800"])
def test_an_idempotency_key_that_is_none_is_refused(desk: Desk, key: str) -> None:
    assert serve(a_json_post({"email": EMAIL}, {"idempotency-key": key}), desk)["statusCode"] == 400
    assert rows(desk.table) == []


@pytest.mark.parametrize(("seconds", "kept"), [(0, 1), (599, 1), (600, 1), (601, 2), (4000, 2)])
def test_the_same_content_is_the_same_submission_for_ten_minutes(desk: Desk, seconds: int, kept: int) -> None:
    serve(a_post(email=EMAIL, company="A社"), desk)
    again = serve(a_post(email=EMAIL, company="A社"), replace(desk, now=NOON + timedelta(seconds=seconds)))
    assert (again["statusCode"], len(activities(desk.table))) == (202, kept)


def test_other_content_within_ten_minutes_is_another_submission(desk: Desk) -> None:
    serve(a_post(email=EMAIL, company="A社"), desk)
    serve(a_post(email=EMAIL, company="B社"), desk)
    assert len(activities(desk.table)) == 2


def test_twenty_at_the_same_moment_make_one_activity(desk: Desk, queue: FakeQueue) -> None:
    desk = replace(desk, table=OneAtATime("table", desk.table._client))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: serve(a_post(email=EMAIL, nonce="n1", consent="on"), desk), range(20)))
    assert {answered["statusCode"] for answered in answers} == {202}
    assert len({answered["body"] for answered in answers}) == 1
    assert len(activities(desk.table)) == len(queue.woken) == 1
    assert count(desk.table, "profile") == count(desk.table, "consent#") == 1


def test_different_submissions_of_one_person_at_the_same_moment_are_all_kept(desk: Desk) -> None:
    desk = replace(desk, table=OneAtATime("table", desk.table._client))
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda n: serve(a_post(email=EMAIL, nonce=f"n{n}"), desk), range(3)))
    assert {answered["statusCode"] for answered in answers} == {202}
    assert len(activities(desk.table)) == 3
    assert count(desk.table, "profile") == 1


# the honeypot
