"""ripen doctor: SPF and DMARC, judged as receivers do."""

from collections.abc import Callable

import pytest

from cli.doctor.dmarc import dmarc
from cli.doctor.dns_records import Unanswered
from cli.doctor.finding import State
from cli.doctor.spf import spf

OK, WARN, FAIL = State.OK, State.WARN, State.FAIL
ELEVEN = {f"r{n}.example": [f"v=spf1 include:r{n + 1}.example ~all"] for n in range(12)}


def zone(records: dict[str, list[str]]) -> Callable[[str], list[str]]:
    return lambda name: records.get(name, [])


@pytest.mark.parametrize(
    ("records", "state"),
    [
        (["v=spf1 include:amazonses.com ~all"], OK),
        (["google-site-verification=1", "V=SPF1 +INCLUDE:AmazonSES.com -all"], OK),
        (["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a/24 mx include:amazonses.com ?all"], OK),
        (["v=spf1 include:amazonses.com"], OK),
        (["v=spf1 include:sub.example -all"], OK),
        (["v=spf1 redirect=sub.example"], OK),
        (["v=spf1 include:other.example include:amazonses.com exp=why.example ~all"], OK),
        (["v=spf1 redirect=sub.example -all"], FAIL),  # `all` switches the redirection off
        (["v=spf1 include:amazonses.com +all"], FAIL),
        (["v=spf1 include:amazonses.com all"], FAIL),
        (["v=spf1 +all"], FAIL),
        (["v=spf1 -include:amazonses.com ~all"], FAIL),
        (["v=spf1 ?include:amazonses.com ~all"], FAIL),
        (["v=spf1 -all include:amazonses.com"], FAIL),
        (["v=spf1 include:amazonses.com.evil.example ~all"], FAIL),
        (["v=spf1 exp=include:amazonses.com ~all"], FAIL),
        (["v=spf1 inlude:amazonses.com ~all"], FAIL),
        (["v=spf10 include:amazonses.com ~all"], FAIL),
        (["v=spf1 include:example.net ~all"], FAIL),
        (["v=spf1 include:amazonses.com ~all", "v=spf1 -all"], FAIL),
        (["v=spf1 include:none.example include:amazonses.com ~all"], FAIL),
        (["v=spf1 include:two.example include:amazonses.com ~all"], FAIL),
        (["v=spf1 include:r0.example include:amazonses.com ~all"], FAIL),  # more than ten lookups
        (["v=spf1 include:loop.example include:amazonses.com ~all"], FAIL),
        (["v=spf1 " + "a " * 9 + "include:amazonses.com ~all"], OK),
        (["v=spf1 " + "a " * 10 + "include:amazonses.com ~all"], FAIL),
        (["v=spf1 include:%{d}.example include:amazonses.com ~all"], OK),
        ([], FAIL),
    ],
)
def test_spf_lets_ses_send_and_not_everybody(records: list[str], state: State) -> None:
    others = {
        "sub.example": ["v=spf1 include:amazonses.com -all"],
        "other.example": ["v=spf1 ip4:192.0.2.1 -all"],
        "two.example": ["v=spf1 -all", "v=spf1 ~all"],
        "loop.example": ["v=spf1 include:loop.example ~all"],
    }
    found = spf("b.example", "example", zone(ELEVEN | others | {"b.example": records}))
    assert found.state is state, found.found.en


def test_without_a_mail_from_domain_spf_is_not_ours() -> None:
    assert spf("", "example.com", zone({})).state is WARN


@pytest.mark.parametrize(
    ("record", "state"),
    [
        ("v=DMARC1; p=none", OK),
        ("v=DMARC1;p=reject;rua=mailto:a@example.com", OK),
        ("v = DMARC1 ; P = Quarantine ; pct=20", OK),
        ("v=DMARC1", FAIL),
        ("v=DMARC1; pct=100", FAIL),
        ("v=DMARC1; rua=mailto:a@example.com", FAIL),
        ("v=DMARC1; p=monitor", FAIL),
        ("v=DMARC1; p=none; sp=strict", OK),  # sp is for domains below
        ("v=dmarc1; p=none", FAIL),
        ("p=none; v=DMARC1", FAIL),
        ("v=DMARC1; p=none; adkim=s; aspf=s", OK),
    ],
)
def test_dmarc_needs_a_policy(record: str, state: State) -> None:
    ask = zone({"_dmarc.example.com": [record, "google-site-verification=1"]})
    assert dmarc("example.com", "example.com", "bounce.example.com", ask).state is state


@pytest.mark.parametrize(
    ("alignment", "signed_by", "mail_from", "state"),
    [
        ("", "example.com", "bounce.example.com", OK),
        ("; adkim=s; aspf=s", "news.example.com", "", OK),
        ("; aspf=s", "example.com", "bounce.example.com", OK),
        ("; adkim=s", "example.com", "bounce.example.com", WARN),  # SPF alone
        ("", "", "bounce.example.com", WARN),
        ("; adkim=s", "example.com", "", FAIL),
        ("; adkim=s; aspf=s", "example.com", "bounce.example.com", FAIL),
        ("", "", "", FAIL),
    ],
)
def test_dmarc_counts_what_is_aligned_with_the_sender(
    alignment: str, signed_by: str, mail_from: str, state: State
) -> None:
    ask = zone({"_dmarc.example.com": [f"v=DMARC1; p=none{alignment}"]})
    found = dmarc("news.example.com", signed_by, mail_from, ask)
    assert found.state is state


def test_dmarc_is_found_at_the_domain_or_above_it() -> None:
    above = zone({"_dmarc.example.com": ["v=DMARC1; p=reject; sp=none"]})
    assert dmarc("news.example.com", "example.com", "", above).state is OK
    assert dmarc("example.com", "example.com", "", zone({})).state is FAIL
    two = zone({"_dmarc.example.com": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]})
    assert dmarc("example.com", "example.com", "", two).state is FAIL


def test_a_silent_dns_says_nothing_about_the_domain() -> None:
    def silent(name: str) -> list[str]:
        raise Unanswered("timeout")

    assert dmarc("example.com", "example.com", "", silent).state is WARN
    assert spf("b.example.com", "example.com", silent).state is WARN
