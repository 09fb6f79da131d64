"""The key by which a repeated submission is recognised."""

from datetime import timedelta
from typing import Any

import pytest

from ripen.capture.deduplication import provider_key, submission_key
from ripen.capture.submission import Submission
from ripen.lead.lead import Touch
from tests.support.fakes import NOON


def a_submission(**changes: Any) -> Submission:
    known: dict[str, Any] = {"form": "f", "email": "a@example.com", "locale": "ja", "touch": Touch(at=NOON)}
    return Submission(**(known | changes))


def test_the_nonce_wins_over_the_key_and_the_key_over_the_content() -> None:
    assert submission_key(a_submission(nonce="n"), NOON, "k").source == "nonce"
    assert submission_key(a_submission(), NOON, "k").source == "key"
    assert submission_key(a_submission(), NOON).source == "content"


def test_a_nonce_counts_together_with_its_address() -> None:
    one = submission_key(a_submission(nonce="n"), NOON).id
    assert submission_key(a_submission(nonce="n", fields={"company": "A"}), NOON).id == one
    assert submission_key(a_submission(nonce="n", email="b@example.com"), NOON).id != one
    assert submission_key(a_submission(nonce="n", form="g"), NOON).id != one
    assert submission_key(a_submission(nonce="m"), NOON).id != one


@pytest.mark.parametrize(
    "change",
    [
        {"form": "g"},
        {"email": "b@example.com"},
        {"fields": {"company": "A"}},
        {"attributes": {"size": "A"}},
        {"consent": True},
    ],
)
def test_other_content_is_another_submission(change: dict[str, Any]) -> None:
    assert submission_key(a_submission(**change), NOON).id != submission_key(a_submission(), NOON).id


def test_the_touch_is_no_part_of_the_content() -> None:
    assert (
        submission_key(a_submission(touch=Touch(at=NOON, utm_source="x")), NOON).id
        == submission_key(a_submission(), NOON).id
    )


def test_content_is_kept_for_ten_minutes_and_other_keys_for_forty_days() -> None:
    assert submission_key(a_submission(), NOON).until == NOON + timedelta(minutes=10)
    for known in (
        submission_key(a_submission(nonce="n"), NOON),
        submission_key(a_submission(), NOON, "k"),
        provider_key("typeform", "t", NOON),
    ):
        assert known.until > NOON + timedelta(days=30)


@pytest.mark.parametrize("change", [{"form": "g"}, {"email": "b@example.com"}, {"fields": {"company": "A"}}])
def test_a_key_counts_together_with_the_content(change: dict[str, Any]) -> None:
    one = submission_key(a_submission(), NOON, "k").id
    assert submission_key(a_submission(**change), NOON, "k").id != one
    assert submission_key(a_submission(), NOON, "l").id != one
    assert submission_key(a_submission(), NOON, "k").id == one
