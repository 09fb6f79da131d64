"""Signatures of webhooks, over the raw bytes of the body.

The expected values are OpenSSL's, by the recipe of Typeform's page "Secure your webhooks":
printf %s BODY | openssl dgst -sha256 -hmac SECRET -binary | base64
and for our own signatures:
printf 'STAMP\nKEY\nURL\nBODY' | openssl dgst -sha256 -mac HMAC -macopt hexkey:KEY
"""

import hmac
from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.capture.signature import TYPEFORM, SignatureSpec, SignedRequest, is_signed, signature_error, signatures
from ripen.key_ring import Key, KeyRing

BODY = '{"event_id":"LtWXD3crgy","event_type":"form_response","form_response":{"text":"山田"}}'.encode()
SECRET = "abc123"
SIGNED = "sha256=Afcc9nib2PJiyP5s/jUZS+bj2OUzoYlppWAVpr0gSeA="
RFC_4231_2 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_signature_made_by_openssl_is_accepted() -> None:
    assert is_signed(TYPEFORM, SECRET, {"typeform-signature": SIGNED}, BODY)


def test_the_digest_equals_rfc_4231_case_2() -> None:
    spec = SignatureSpec("x-signature", "", "hex")
    assert is_signed(spec, "Jefe", {"x-signature": RFC_4231_2}, b"what do ya want for nothing?")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"typeform-signature": ""},
        {"typeform-signature": SIGNED.removeprefix("sha256=")},
        {"typeform-signature": SIGNED.replace("sha256=", "sha1=")},
        {"typeform-signature": SIGNED + "="},
        {"typeform-signature": SIGNED[:-1]},
        {"typeform-signature": "sha256=署名"},
        {"typeform-signature": SIGNED.swapcase()},
        {"x-signature": SIGNED},
    ],
)
def test_a_missing_or_altered_header_is_refused(headers: dict[str, str]) -> None:
    assert not is_signed(TYPEFORM, SECRET, headers, BODY)


def test_an_empty_secret_signs_nothing() -> None:
    signed = "sha256=" + b64encode(hmac.digest(b"", BODY, sha256)).decode()
    assert not is_signed(TYPEFORM, "", {"typeform-signature": signed}, BODY)


def test_the_same_json_with_other_bytes_is_refused() -> None:
    assert not is_signed(TYPEFORM, SECRET, {"typeform-signature": SIGNED}, BODY.replace(b":", b": "))


@given(st.text(), st.binary(max_size=100))
def test_any_other_header_is_refused(header: str, body: bytes) -> None:
    assert not is_signed(TYPEFORM, SECRET, {"typeform-signature": header}, body)


OWN_KEYS = KeyRing.of(bytes([0x0A]) * 32)
PATH = "/webhooks/ripen"
OWN_BODY = b'{"journey":"ordered","email":"hanako@example.co.jp","key":"order-4711"}'
OWN = {
    "ripen-timestamp": "1795230000",
    "idempotency-key": "order-4711",
    "ripen-signature": "v1=623216aac3f612a038143d8469d07824b55f69dccc07458e825ad60454ef99ff",
}


def test_our_own_signature_is_accepted_for_five_minutes() -> None:
    made = int(OWN["ripen-timestamp"])
    for wall in (made - 300, made, made + 300):
        assert signature_error(OWN_KEYS, OWN, PATH, OWN_BODY, wall) == ""
    for wall in (made - 301, made + 301):
        assert "five minutes" in signature_error(OWN_KEYS, OWN, PATH, OWN_BODY, wall)


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({}, OWN_BODY + b" "),
        ({"ripen-timestamp": "1795230001"}, OWN_BODY),
        ({"idempotency-key": "order-4712"}, OWN_BODY),
        ({"idempotency-key": ""}, OWN_BODY),
        ({"idempotency-key": "\ud800"}, OWN_BODY),
        ({"ripen-signature": OWN["ripen-signature"].removeprefix("v1=")}, OWN_BODY),
        ({"ripen-signature": OWN["ripen-signature"][:-1]}, OWN_BODY),
        ({"ripen-signature": "v1=\u7f72\u540d"}, OWN_BODY),
        ({"ripen-signature": ""}, OWN_BODY),
        ({"ripen-timestamp": "\u0661\u0662"}, OWN_BODY),
        ({"ripen-timestamp": "-1795230000"}, OWN_BODY),
        ({"ripen-timestamp": ""}, OWN_BODY),
    ],
)
def test_any_other_signature_of_ours_is_refused(changed: dict[str, str], body: bytes) -> None:
    assert signature_error(OWN_KEYS, OWN | changed, PATH, body, 1795230000)


def test_a_signature_with_another_key_is_refused() -> None:
    assert "signature is wrong" in signature_error(KeyRing.of(b""), OWN, PATH, OWN_BODY, 1795230000)


def test_a_signature_for_another_address_is_refused() -> None:
    assert "signature is wrong" in signature_error(OWN_KEYS, OWN, "/webhooks/other", OWN_BODY, 1795230000)


def test_the_previous_key_is_accepted_and_both_sign() -> None:
    newest, previous = Key(3, b"new"), Key(2, b"old")
    ring = KeyRing(newest, (newest, previous))
    request = SignedRequest(stamp="1795230000", key="k", url="https://hooks.example/in", body=b"{}")

    both = signatures(ring, request).split(",")

    assert both == [signatures(KeyRing(key, (key,)), request) for key in (newest, previous)]
    for each in both:
        headers = {"ripen-timestamp": request.stamp, "idempotency-key": "k", "ripen-signature": each}
        assert signature_error(ring, headers, request.url, b"{}", 1795230000) == ""
        assert signature_error(KeyRing.of(b"older"), headers, request.url, b"{}", 1795230000)
