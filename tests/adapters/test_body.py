"""Bodies of posted forms: three content types give the same fields; all others are rejected with reason and status."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.adapters.body import MAX_BYTES, read
from ripen.errors import Rejected
from ripen.lead.text import OBJECT

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b0undary"
JSON = "application/json; charset=utf-8"
FIELDS = [("email", "a@example.com"), ("会社", "株式会社 サンプル & Co.")]


def multipart(*parts: tuple[str, bytes], extra: str = "") -> bytes:
    head = b"".join(
        f'--b0undary\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in parts
    )
    return head + b"--b0undary--\r\n"


def status(content_type: str, body: bytes) -> int:
    with pytest.raises(Rejected) as caught:
        read(content_type, body)
    assert caught.value.reason
    return caught.value.status


def test_all_content_types_give_the_same_fields() -> None:
    urlencoded = "email=a%40example.com&%E4%BC%9A%E7%A4%BE=%E6%A0%AA%E5%BC%8F%E4%BC%9A%E7%A4%BE+サンプル+%26+Co."
    assert read(URLENCODED, urlencoded.encode()) == FIELDS
    assert read(MULTIPART, multipart(*((name, value.encode()) for name, value in FIELDS))) == FIELDS
    assert read(JSON, json.dumps(dict(FIELDS)).encode()) == FIELDS


def test_json_values_become_text() -> None:
    body = b'{"a": true, "b": false, "c": null, "d": 12, "e": 1.5, "a": "again"}'
    assert read(JSON, body) == [("a", "true"), ("b", "false"), ("c", ""), ("d", "12"), ("e", "1.5"), ("a", "again")]


def test_json_list_is_a_field_that_occurs_again_and_an_object_is_no_text() -> None:
    body = b'{"a": ["x", 1, null, ["y"], {"z": 1}], "b": [], "c": {"d": "e"}}'
    assert read(JSON, body) == [("a", "x"), ("a", "1"), ("a", ""), ("a", OBJECT), ("a", OBJECT), ("c", OBJECT)]
    assert read(JSON, b'{"a":' * 9_000 + b"1" + b"}" * 9_000) == [("a", OBJECT)]


def test_uploaded_file_is_ignored() -> None:
    body = multipart(("cv", b"\x00\xff"), extra='; filename="cv.pdf"')
    assert read(MULTIPART, body) == []


def test_body_of_64_kb_is_accepted_and_one_byte_more_is_413() -> None:
    body = b"note=" + b"x" * (MAX_BYTES - 5)
    assert read(URLENCODED, body) == [("note", "x" * (MAX_BYTES - 5))]
    assert status(URLENCODED, body + b"x") == 413


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/xml", "image/png", "application/jsonx", ";"])
def test_other_content_types_are_415(content_type: str) -> None:
    assert status(content_type, b"email=a@example.com") == 415


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (URLENCODED, b"email=\xff\xfe"),
        (URLENCODED, b"email=%ff%fe"),
        (URLENCODED, b"%ff=1"),
        (URLENCODED, b"&".join(b"f%d=1" % n for n in range(201))),
        (JSON, b'{"email": "\xff"}'),
        (JSON, b""),
        (JSON, b"[]"),
        (JSON, b'"email"'),
        (JSON, b"{"),
        (JSON, '{"email": "a@example.com", "last_name": "\ufffd\ufffd"}'.encode()),
        (JSON, b'{"email": NaN}'),
        (JSON, b'{"email": Infinity}'),
        (JSON, b'{"deep": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"),
        (JSON, b'{"n": ' + b"9" * 5000 + b"}"),
        (MULTIPART, b""),
        (MULTIPART, b"no parts"),
        (MULTIPART, multipart(("email", b"\xff"))),
        (MULTIPART, multipart(("email", b"a@example.com"))[:-9]),
        ("multipart/form-data", multipart(("email", b"a"))),
        (MULTIPART, multipart(*((f"f{n}", b"1") for n in range(201)))),
    ],
)
def test_invalid_body_is_400(content_type: str, body: bytes) -> None:
    assert status(content_type, body) == 400


KINDS = st.sampled_from([URLENCODED, MULTIPART, JSON, "multipart/form-data; boundary=", "application/json"])


@given(KINDS | st.text(max_size=40), st.binary(max_size=300))
def test_any_bytes_are_parsed_or_rejected(content_type: str, body: bytes) -> None:
    try:
        found = read(content_type, body)
    except Rejected as rejected:
        assert 400 <= rejected.status < 500
        return
    assert all(isinstance(value, str) for _, value in found)
