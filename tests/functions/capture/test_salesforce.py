"""capture.salesforce: an outbound message is queued before its Ack; what is not queued is never acknowledged."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.salesforce import Dependencies, serve
from ripen.adapters.gateway import Response, request
from ripen.errors import NotConnected, Undeliverable
from ripen.key_ring import Rotated, key_ring, rotate
from tests.support.gateway_events import an_event
from tests.support.outbound_messages import ORGANISATION, an_id, an_outbound_message
from tests.support.public_requests import events, mostly

SECRET = {"master": "m"}
KEY = key_ring(SECRET, Rotated.SALESFORCE, 0).signing.secret.hex()
LEAD = an_id("00Q")


@dataclass
class FakePost:
    messages: list[str] = field(default_factory=list)
    fails: bool = False

    def post(self, message: str) -> None:
        if self.fails:
            raise ConnectTimeoutError(endpoint_url="sqs")
        self.messages.append(message)


@dataclass
class World:
    queue: FakePost = field(default_factory=FakePost)
    secret: dict[str, object] = field(default_factory=lambda: dict(SECRET))
    organisation: Callable[[], str] = lambda: ORGANISATION

    def sends(self, body: str, key: str = KEY) -> Response:
        event = an_event("POST", f"/salesforce/{key}", {"key": key}, body=body)
        ring = key_ring(self.secret, Rotated.SALESFORCE, 0)
        return serve(request(event), Dependencies(ring, self.organisation, self.queue))


@pytest.fixture
def world() -> World:
    return World()


def is_acknowledged(answer: Response) -> bool:
    return answer["statusCode"] == 200 and "<Ack>true</Ack>" in answer["body"]


def test_ids_are_queued_before_the_ack(world: World) -> None:
    answer = world.sends(an_outbound_message(LEAD, LEAD, an_id("003")))

    assert is_acknowledged(answer)
    assert answer["headers"]["content-type"] == "text/xml; charset=utf-8"
    assert [json.loads(message) for message in world.queue.messages] == [
        {"records": {"Lead": [LEAD], "Contact": [an_id("003")]}}
    ]


def test_a_message_that_cannot_be_queued_is_not_acknowledged(world: World) -> None:
    world.queue.fails = True
    answer = world.sends(an_outbound_message(LEAD))
    assert answer["statusCode"] == 503
    assert "Ack" not in answer["body"]


@pytest.mark.parametrize("key", ["", "-", KEY[:-1], KEY + "0", KEY.upper(), "あ", "0" * 64])
def test_a_wrong_key_is_refused_before_anything_is_read(world: World, key: str) -> None:
    world.organisation = pytest.fail
    answer = world.sends("<!DOCTYPE", key)
    assert (answer["statusCode"], world.queue.messages) == (403, [])


def test_the_previous_key_is_accepted_until_the_next_rotation(world: World) -> None:
    world.secret = rotate(world.secret, Rotated.SALESFORCE, 0)
    assert is_acknowledged(world.sends(an_outbound_message(LEAD)))
    newest = key_ring(world.secret, Rotated.SALESFORCE, 0).accepted[0].secret.hex()
    assert newest != KEY
    assert is_acknowledged(world.sends(an_outbound_message(LEAD), newest))

    world.secret = rotate(world.secret, Rotated.SALESFORCE, 1000)
    assert world.sends(an_outbound_message(LEAD))["statusCode"] == 403


@pytest.mark.parametrize("sender", ["", "00DJ50000000002", "00D"])
def test_a_message_of_another_org_is_refused(world: World, sender: str) -> None:
    answer = world.sends(an_outbound_message(LEAD, organisation=sender))
    assert (answer["statusCode"], world.queue.messages) == (403, [])


def test_an_org_is_known_by_the_first_15_characters(world: World) -> None:
    assert is_acknowledged(world.sends(an_outbound_message(LEAD, organisation=ORGANISATION[:15])))


def test_no_org_is_ours_while_ours_is_not_known(world: World) -> None:
    world.organisation = lambda: ""
    assert world.sends(an_outbound_message(LEAD, organisation=""))["statusCode"] == 403


@pytest.mark.parametrize("why", [NotConnected("not connected"), Undeliverable("HTTP 503", permanent=False)])
def test_without_an_answer_of_salesforce_the_message_comes_again(world: World, why: Undeliverable) -> None:
    def organisation() -> str:
        raise why

    world.organisation = organisation
    assert (world.sends(an_outbound_message(LEAD))["statusCode"], world.queue.messages) == (503, [])


def test_an_unknown_object_is_refused_and_its_neighbours_are_read(world: World) -> None:
    answer = world.sends(an_outbound_message(LEAD, an_id("a01")))
    assert answer["statusCode"] == 400
    assert "Ack" not in answer["body"]
    assert len(world.queue.messages) == 1


@pytest.mark.parametrize("body", ["", "{}", "<a>", '<!DOCTYPE b [<!ENTITY b "x">]><b>&b;</b>', "\x00", "x" * 3_000_000])
def test_a_malformed_body_is_a_fault_of_the_client(world: World, body: str) -> None:
    answer = world.sends(body)
    assert answer["statusCode"] in (400, 413)
    assert "<faultstring>" in answer["body"]
    assert world.queue.messages == []


@settings(max_examples=80, deadline=None)
@given(
    event=events("POST", "salesforce"),
    key=mostly(st.just(KEY), st.text()),
    body=st.none() | mostly(st.builds(an_outbound_message, st.text() | st.just(LEAD)), st.text()),
)
def test_any_request_is_answered_without_a_500(event: dict[str, Any], key: str, body: str | None) -> None:
    event["pathParameters"] = {"key": key}
    if body is not None:
        event |= {"body": body, "isBase64Encoded": False}
    dependencies = Dependencies(key_ring(SECRET, Rotated.SALESFORCE, 0), lambda: ORGANISATION, FakePost())
    assert 200 <= serve(request(event), dependencies)["statusCode"] < 500
