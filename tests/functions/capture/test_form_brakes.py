"""The brakes on forms: budgets, nonces, and signatures of the company."""

import json
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from capture.form import Brakes, Dependencies, serve
from ripen.adapters.edge import Edge
from ripen.adapters.gateway import Response
from ripen.adapters.table import keys
from ripen.capture.form_nonce import sign_nonce
from ripen.capture.signature import SignedRequest, signature
from ripen.key_ring import KeyRing
from ripen.tracking.click_signals import network_hash
from tests.support.edge_manager import EdgeManager
from tests.support.fakes import NOON
from tests.support.form_posts import EMAIL, activities, body_of, lead_of
from tests.support.gateway_events import BROWSER, a_json_post, a_post, count

KEY, API = b"n" * 32, b"a" * 32
WALL = NOON.timestamp()


@pytest.fixture
def braked(dependencies: Dependencies) -> Dependencies:
    return replace(dependencies, brakes=Brakes(nonce_key=KEY, network_key=KEY, api_keys=KeyRing.of(API), wall=WALL))


def post(dependencies: Dependencies, number: int, email: str = EMAIL, **headers: str) -> Response:
    return serve(a_json_post({"email": email, "company": f"company {number}"}, headers), dependencies)


def test_posts_over_the_budget_are_answered_as_accepted_and_quarantined(braked: Dependencies) -> None:
    answers = [post(braked, number) for number in range(12)]
    assert {answered["statusCode"] for answered in answers} == {202}
    assert count(braked.table, "activity#") == 5
    row = braked.table.get(keys.quarantine("whitepaper", NOON, body_of(answers[-1])["activity"]))
    assert row is not None
    assert (row.value.why, dict(row.value.answers)["company"]) == ("inbox", "company 11")


def test_a_browser_over_the_budget_sees_the_thank_you_page(braked: Dependencies) -> None:
    posts = [serve(a_post(email=EMAIL, company=str(n), headers=BROWSER), braked)["statusCode"] for n in range(7)]
    assert posts == [303] * 7


def test_forms_that_we_showed_have_ten_times_the_budget(braked: Dependencies) -> None:
    shown_at = NOON - timedelta(seconds=30)
    for number in range(55):
        nonce = sign_nonce(KEY, f"{number:016x}", shown_at)
        serve(a_post(email=EMAIL, nonce=nonce), braked)
    assert count(braked.table, "activity#") == 50


def test_a_form_that_is_filled_in_at_once_counts_as_not_shown(braked: Dependencies) -> None:
    for number in range(7):
        serve(a_post(email=EMAIL, nonce=sign_nonce(KEY, f"{number:016x}", NOON)), braked)
    assert count(braked.table, "activity#") == 5


def signed(number: int, key: bytes = API, stamp: str = str(int(WALL))) -> dict[str, Any]:
    content = {"email": EMAIL, "company": f"company {number}"}
    event = a_json_post(content)
    body = json.dumps(content).encode()
    seal = signature(key, SignedRequest(stamp=stamp, key="", url="/forms/whitepaper", body=body))
    return event | {"headers": event["headers"] | {"ripen-timestamp": stamp, "ripen-signature": seal}}


def test_a_signed_request_has_no_budget(braked: Dependencies) -> None:
    assert {serve(signed(number), braked)["statusCode"] for number in range(12)} == {202}
    assert count(braked.table, "activity#") == 12


def test_a_wrong_signature_is_refused(braked: Dependencies) -> None:
    assert serve(signed(1, key=b"x" * 32), braked)["statusCode"] == 401
    assert serve(signed(1, stamp=str(int(WALL) - 600)), braked)["statusCode"] == 401
    assert count(braked.table, "activity#") == 0


def test_visitors_behind_cloudfront_are_of_different_networks(braked: Dependencies) -> None:
    # given CloudFront, and posts of eight visitors without a nonce
    edge = {"ripen-edge": EdgeManager.key}
    posts = [a_json_post({"email": f"{n}@mail.example"}, edge | {"ripen-viewer": f"198.51.{n}.1"}) for n in range(8)]
    for event in posts:
        event["requestContext"]["http"]["sourceIp"] = "203.0.113.7"

    # when functions know the key of the edge, then no network is over its budget of six
    knowing = replace(braked, brakes=replace(braked.brakes, edge=Edge("edge", EdgeManager())))
    for event in posts:
        serve(event, knowing)
    assert count(braked.table, "activity#") == 8


def test_visitors_who_name_an_address_themselves_are_of_one_network(braked: Dependencies) -> None:
    knowing = replace(braked, brakes=replace(braked.brakes, edge=Edge("edge", EdgeManager())))
    for n in range(8):
        forged = {"ripen-edge": "guessed", "ripen-viewer": f"198.51.{n}.1"}
        event = a_json_post({"email": f"{n}@mail{n}.example"}, forged)
        event["requestContext"]["http"]["sourceIp"] = "203.0.113.7"
        serve(event, knowing)
    assert count(braked.table, "activity#") == 6


def test_the_proof_of_a_consent_has_a_hash_of_the_network(braked: Dependencies) -> None:
    event = a_post(email=EMAIL, consent="on")
    event["requestContext"]["http"]["sourceIp"] = "203.0.113.7"
    serve(event, braked)
    row = braked.table.get(keys.contact(lead_of(braked.table)))
    assert row is not None
    (activity,) = activities(braked.table)
    assert row.value.consent["marketing"].record == activity.id
    assert activity.consent
    assert activity.consent.network == network_hash("203.0.113.7", KEY)
