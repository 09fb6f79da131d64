"""Typeform's event, in the form of the example in its documentation."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.adapters.typeform import read
from ripen.errors import Rejected


def an_answer(type: str, ref: str, value: object, key: str = "") -> dict[str, Any]:
    return {"type": type, key or type: value, "field": {"id": f"id-{ref}", "type": type, "ref": ref}}


def an_event(*answers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    response = {
        "form_id": "abc123",
        "token": "a3a12ec67a1365927098a606107fac15",
        "landed_at": "2026-11-21T02:50:00Z",
        "submitted_at": "2026-11-21T11:55:00+09:00",
        "definition": {"id": "abc123", "title": "資料", "fields": []},
        "answers": list(answers),
    }
    return {"event_id": "01E1FT", "event_type": "form_response", "form_response": response | changes}


def named(*answers: dict[str, Any], names: dict[str, str], **changes: Any) -> list[tuple[str, str]]:
    found = read(json.dumps(an_event(*answers, **changes)).encode())
    assert found is not None
    return found.named(names)


def test_every_type_of_answer_becomes_text_under_our_name() -> None:
    answers = (
        an_answer("email", "q1", "hanako@example.co.jp"),
        an_answer("text", "q2", "山田"),
        an_answer("phone_number", "q3", "+81312345678"),
        an_answer("choice", "q4", {"label": "部長"}),
        an_answer("choice", "q5", {"other": "室長"}),
        an_answer("choices", "q6", {"labels": ["A", "B"], "other": "C"}),
        an_answer("boolean", "q7", True),
        an_answer("boolean", "q8", False),
        an_answer("number", "q9", 42),
        an_answer("date", "q10", "2026-11-21"),
        an_answer("url", "q11", "https://example.com"),
        an_answer("file_url", "q12", "https://files.example/x"),
        an_answer("text", "unmapped", "x"),
    )
    found = named(*answers, names={f"q{n}": f"f{n}" for n in range(1, 13)})
    assert [value for name, value in found if name == "f6"] == ["A", "B", "C"]
    assert {name: value for name, value in found if name != "f6"} == {
        "f1": "hanako@example.co.jp",
        "f2": "山田",
        "f3": "+81312345678",
        "f4": "部長",
        "f5": "室長",
        "f7": "true",
        "f8": "false",
        "f9": "42",
        "f10": "2026-11-21",
        "f11": "https://example.com",
    }


def test_question_may_be_named_by_its_id() -> None:
    assert named(an_answer("text", "q1", "A"), names={"id-q1": "company"}) == [("company", "A")]


def test_hidden_fields_keep_their_name_or_get_the_given_one() -> None:
    hidden = {"utm_source": "news", "source": "x", "n": 1, "none": None}
    assert named(names={"source": "utm_medium"}, hidden=hidden) == [
        ("utm_source", "news"),
        ("utm_medium", "x"),
        ("n", "1"),
    ]


def test_answer_wins_over_a_hidden_field_and_the_first_answer_over_the_second() -> None:
    answers = (an_answer("text", "q1", ""), an_answer("text", "q2", "A"), an_answer("text", "q3", "B"))
    names = {"q1": "company", "q2": "company", "q3": "company"}
    assert named(*answers, names=names, hidden={"company": "C"}) == [("company", "A")]


def test_hidden_field_cannot_give_consent() -> None:
    assert named(names={"agree": "consent"}, hidden={"consent": "true", "agree": "true"}) == []


def test_time_and_id_are_those_of_the_response() -> None:
    found = read(json.dumps(an_event()).encode())
    assert found is not None
    assert (found.at, found.form_id) == (datetime(2026, 11, 21, 2, 55, tzinfo=UTC), "abc123")
    assert found.token == "a3a12ec67a1365927098a606107fac15"


def test_other_event_type_is_ignored() -> None:
    assert read(b'{"event_id": "x", "event_type": "form_response_partial"}') is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"event_type": "form_response"}',
        b'{"event_type": "form_response", "form_response": null}',
        b"\xff",
        json.dumps(an_event(token="")).encode(),
        json.dumps(an_event(submitted_at="yesterday")).encode(),
        json.dumps(an_event(submitted_at="2026-11-21T11:55:00")).encode(),
        json.dumps(an_event(submitted_at="0001-01-01T00:00:00+14:00")).encode(),
        json.dumps(an_event(submitted_at="9999-12-31T23:59:59-12:00")).encode(),
        json.dumps(an_event(submitted_at="2100-01-01T00:00:00Z")).encode(),
        json.dumps(an_event(answers=[{"type": "text"}])).encode(),
        json.dumps(an_event(hidden={"a": ["b"]})).encode(),
        b'{"event_type": ' + b"[" * 50_000,
    ],
)
def test_invalid_event_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        read(body)
    assert caught.value.status == 400


@given(st.binary(max_size=200))
def test_random_bytes_are_rejected(body: bytes) -> None:
    with pytest.raises(Rejected):
        read(body)
