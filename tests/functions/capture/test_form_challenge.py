"""A form with a challenge: who passed it has the whole budget, all others the smaller one, and no lead is lost."""

import subprocess
import sys
from copy import replace
from datetime import timedelta

import pytest

from capture.form import Brakes, Dependencies, serve
from ripen.adapters.gateway import Response
from ripen.capture.challenge import ACTION, Verdict
from ripen.capture.form_nonce import sign_nonce
from ripen.playbook.bundle import Bundle
from tests.support.fakes import NOON
from tests.support.form_posts import EMAIL, with_page
from tests.support.gateway_events import BROWSER, LIVE, SITE, a_json_post, a_post, count

KEY = b"n" * 32
HOST = SITE.partition("://")[2]


def verdict(token: str, post: str) -> Verdict | None:
    """Return the verdict that the token asks for."""
    match token:
        case "good":
            return Verdict(success=True, hostname=HOST, action=ACTION)
        case "down":
            return None
        case _:
            return Verdict(success=False, errors=("invalid-input-response",))


@pytest.fixture
def challenged(dependencies: Dependencies) -> Dependencies:
    return replace(dependencies, brakes=Brakes(nonce_key=KEY, network_key=KEY, site_key="0x4A", verdict=verdict))


def post(dependencies: Dependencies, number: int, token: str, **fields: str) -> Response:
    sent = {"email": EMAIL, "company": f"company {number}", "cf-turnstile-response": token} | fields
    return serve(a_json_post(sent), dependencies)


def test_people_who_passed_have_the_whole_budget(challenged: Dependencies) -> None:
    for number in range(55):
        post(challenged, number, "good")
    assert count(challenged.table, "activity#") == 50


@pytest.mark.parametrize("token", ["bad", "down", "", "x" * 3000])
def test_others_have_the_smaller_budget_and_are_not_refused(challenged: Dependencies, token: str) -> None:
    answers = [post(challenged, number, token) for number in range(7)]
    assert {answered["statusCode"] for answered in answers} == {202}
    assert (count(challenged.table, "activity#"), count(challenged.table, "submission#")) == (5, 2)


def test_a_nonce_alone_does_not_count_where_forms_have_a_challenge(challenged: Dependencies) -> None:
    for number in range(7):
        nonce = sign_nonce(KEY, f"{number:016x}", NOON - timedelta(seconds=30))
        post(challenged, number, "", nonce=nonce)
    assert count(challenged.table, "activity#") == 5


def test_a_challenge_on_a_site_that_the_form_does_not_list_does_not_count(challenged: Dependencies) -> None:
    def elsewhere(token: str, post: str) -> Verdict | None:
        return Verdict(success=True, hostname="www.example.jp", action=ACTION)

    foreign = replace(challenged, brakes=replace(challenged.brakes, verdict=elsewhere))
    for number in range(7):
        post(foreign, number, "good")
    assert count(foreign.table, "activity#") == 5


def test_the_page_with_errors_has_a_new_challenge(challenged: Dependencies) -> None:
    paged = replace(challenged, live=replace(LIVE, bundle=with_form()))
    answered = serve(a_post(headers=BROWSER, email="x"), paged)
    assert answered["statusCode"] == 400
    assert 'data-sitekey="0x4A"' in answered["body"]
    assert "frame-src https://challenges.cloudflare.com" in answered["headers"]["content-security-policy"]


def with_form() -> Bundle:
    bundle = with_page()
    source = {"*": '<form action="/forms/whitepaper#form">{{ error }}</form>'}
    shown = replace(bundle.pages["whitepaper"], source=source)
    return replace(bundle, pages=bundle.pages | {"whitepaper": shown})


def test_without_a_site_key_the_client_is_not_loaded() -> None:
    code = "import sys, tests.conftest, capture.form; sys.exit('ripen.adapters.turnstile' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
