"""Which verdict of Turnstile says that a person passed a challenge of ours."""

from copy import replace

import pytest

from ripen.capture.challenge import ACTION, LONGEST_TOKEN, TOKEN_FIELD, Verdict, hosts_of, is_passed, token_of

HOSTS = hosts_of("https://go.example.jp", "http://127.0.0.1:8700", "https://www.example.jp:444")
PASSED = Verdict(success=True, hostname="go.example.jp", action=ACTION)


@pytest.mark.parametrize("host", ["go.example.jp", "127.0.0.1", "www.example.jp"])
def test_challenge_on_a_site_of_ours_is_passed(host: str) -> None:
    assert is_passed(replace(PASSED, hostname=host), HOSTS)


@pytest.mark.parametrize(
    "verdict",
    [
        None,
        replace(PASSED, success=False),
        replace(PASSED, hostname="evil.example"),
        replace(PASSED, hostname="xgo.example.jp"),
        replace(PASSED, hostname=""),
        replace(PASSED, action=""),
        replace(PASSED, action="login"),
    ],
)
def test_any_other_verdict_says_nothing(verdict: Verdict | None) -> None:
    assert not is_passed(verdict, HOSTS)


def test_origins_without_a_host_name_none() -> None:
    assert hosts_of("", "https://", "null", "https://[x", "https://") == frozenset()


@pytest.mark.parametrize(
    ("answers", "token"),
    [
        ([("email", "a@b.example"), (TOKEN_FIELD, "0.abc")], "0.abc"),
        ([(TOKEN_FIELD, "first"), (TOKEN_FIELD, "second")], "first"),
        ([(TOKEN_FIELD, "x" * LONGEST_TOKEN)], "x" * LONGEST_TOKEN),
        ([(TOKEN_FIELD, "x" * (LONGEST_TOKEN + 1))], ""),
        ([(TOKEN_FIELD, "\u9375")], ""),
        ([(TOKEN_FIELD, "a\nb")], ""),
        ([], ""),
    ],
)
def test_token_that_cannot_be_valid_is_not_asked_about(answers: list[tuple[str, str]], token: str) -> None:
    assert token_of(answers) == token
