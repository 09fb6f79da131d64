"""Keys are rotated: the current one signs, it and the previous one are accepted, and leads stay found."""

from typing import Any

import pytest

from ripen.key_ring import Rotated, RotationTooSoon, derived_key, key_ring, rotate, rotate_master, rotated_at

SECRET = {"master": "m", "slack_bot_token": "xoxb-1"}
NOW, MINUTES = 1_795_230_000.0, 60.0


def secrets_of(secret: dict[str, Any], at: float) -> tuple[bytes, list[bytes]]:
    ring = key_ring(secret, Rotated.LINK, at)
    return ring.signing.secret, [key.secret for key in ring.accepted]


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert len({derived_key(SECRET, purpose) for purpose in (*Rotated, "address", "network")}) == 6


def test_before_a_rotation_there_is_one_key() -> None:
    first = derived_key(SECRET, "link")
    assert secrets_of(SECRET, NOW) == (first, [first])
    assert rotated_at(SECRET, Rotated.LINK) == 0


def test_a_new_key_is_accepted_at_once_and_signs_when_every_function_has_read_it() -> None:
    first = derived_key(SECRET, "link")

    after = rotate(SECRET, Rotated.LINK, NOW)

    second = derived_key(after, "link")
    assert second != first
    assert secrets_of(after, NOW + 10 * MINUTES - 1) == (first, [second, first])
    assert secrets_of(after, NOW + 10 * MINUTES) == (second, [second, first])
    assert rotated_at(after, Rotated.LINK) == NOW + 10 * MINUTES


def test_two_generations_are_accepted_and_the_third_back_is_not() -> None:
    after = rotate(SECRET, Rotated.LINK, NOW)
    again = rotate(after, Rotated.LINK, NOW + 10 * MINUTES)

    ring = key_ring(again, Rotated.LINK, NOW + 20 * MINUTES)

    assert [key.generation for key in ring.accepted] == [3, 2]
    assert [key.secret for key in ring.accepted] == [derived_key(again, "link"), derived_key(after, "link")]


def test_rotating_one_key_changes_no_other() -> None:
    after = rotate(SECRET, Rotated.WEBHOOK, NOW)

    for purpose in ("link", "api", "address", "network"):
        assert derived_key(after, purpose) == derived_key(SECRET, purpose)
    assert after["slack_bot_token"] == "xoxb-1"


def test_a_new_master_keeps_old_links_alive_and_leads_found() -> None:
    before = rotate(SECRET, Rotated.LINK, NOW)

    after = rotate_master(before, "new", NOW + 10 * MINUTES)

    for purpose in Rotated:
        ring = key_ring(after, purpose, NOW + 20 * MINUTES)
        assert ring.accepted[1].secret == derived_key(before, purpose)
        assert ring.signing.secret not in (derived_key(before, purpose), derived_key(SECRET, purpose))
    again = rotate_master(after, "newer", NOW + 20 * MINUTES)
    for fixed in ("address", "network"):
        assert derived_key(again, fixed) == derived_key(after, fixed) == derived_key(SECRET, fixed)
    assert (after["master"], after["slack_bot_token"]) == ("new", "xoxb-1")


@pytest.mark.parametrize("seconds", [0, 599])
def test_a_rotation_before_the_last_one_is_in_effect_is_refused(seconds: int) -> None:
    after = rotate(SECRET, Rotated.LINK, NOW)

    with pytest.raises(RotationTooSoon):
        rotate(after, Rotated.LINK, NOW + seconds)
    with pytest.raises(RotationTooSoon):
        rotate_master(after, "new", NOW + seconds)
    rotate(after, Rotated.WEBHOOK, NOW + seconds)
