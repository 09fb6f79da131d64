"""URLs and addresses that a webhook may be called at: public ones, and no private one in any notation."""

from collections.abc import Callable

import pytest

from ripen.adapters.webhook_client import WebhookClient, is_public, parse_url
from ripen.errors import Undeliverable
from ripen.key_ring import KeyRing


def _refused(call: Callable[[], object]) -> Undeliverable:
    with pytest.raises(Undeliverable) as refused:
        call()
    return refused.value


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "https://",
        "https:///path",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com@169.254.169.254/",
        "https://example.com:22/",
        "https://example.com:80/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://[::1/",
        "https://exa mple.com/",
        "https://example.com/a b",
        "https://example.com/\r\nHost: inside",
        "https://example.com\n.evil.example/",
        "https://example.com\\@inside/",
        "https://example.com/\x00",
        "https://" + "a" * 64 + ".example/",
        "https://example.com/\u202e",
    ],
)
def test_url_that_may_not_be_called_is_refused_for_good(url: str) -> None:
    assert _refused(lambda: parse_url(url)).permanent


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.com", ("example.com", 443, "/")),
        ("https://EXAMPLE.com:8443/a?b=c&d=%20#f", ("example.com", 8443, "/a?b=c&d=%20")),
        ("https://例え.jp/受付", ("xn--r8jz45g.jp", 443, "/%E5%8F%97%E4%BB%98")),
        ("https://[2606:4700::1111]/", ("2606:4700::1111", 443, "/")),
    ],
)
def test_url_is_split_into_host_port_and_target(url: str, found: tuple[str, int, str]) -> None:
    assert parse_url(url) == found


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0",
        "0.0.0.0",  # noqa: S104
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "017700000001",
        "10.0.0.5",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "169.254.170.2",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[::127.0.0.1]",
        "[64:ff9b::169.254.169.254]",
        "[64:ff9b:1::10.0.0.1]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[ff02::1]",
    ],
)
def test_private_host_is_not_called_in_any_notation(host: str) -> None:
    """Use the real resolver, which accepts every notation of a number that a socket accepts."""
    client = WebhookClient(lambda: KeyRing.of(b"k" * 32))
    failure = _refused(lambda: client.post(f"https://{host}/latest/meta-data/", b"{}", "id1", 1))
    assert failure.reason in ("not a public address", "the host name does not resolve", "not a valid URL")


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "100.128.0.1"]
)
def test_public_address_may_be_called(address: str) -> None:
    assert is_public(address)
