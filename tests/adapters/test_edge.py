"""The address of a visitor behind CloudFront is believed with CloudFront's key only."""

import pytest

from ripen.adapters.edge import ADDRESS_HEADER, KEY_HEADER, Edge
from ripen.adapters.gateway import Request
from tests.support.edge_manager import EdgeManager
from tests.support.hostile_input import BROKEN, HIDDEN, TEXTS

CLOUDFRONT, VISITOR, KEY = "203.0.113.7", "198.51.100.9", EdgeManager.key


class NoKey(EdgeManager):
    key = ""


def seen(edge: Edge, **headers: str) -> str:
    named = {KEY_HEADER: headers["key"]} if "key" in headers else {}
    named |= {ADDRESS_HEADER: headers["address"]} if "address" in headers else {}
    return edge.with_visitor(Request(method="GET", path="/", address=CLOUDFRONT, headers=named)).address


@pytest.mark.parametrize("address", [VISITOR, "2001:db8::1"])
def test_address_from_cloudfront_is_the_visitors(address: str) -> None:
    assert seen(Edge("edge", EdgeManager()), key=KEY, address=address) == address


@pytest.mark.parametrize("key", ["", "k", KEY + "k", KEY[:-1] + "x", f"{KEY},{KEY}", "鍵", "\ud800"])
def test_address_without_the_key_is_not_believed(key: str) -> None:
    assert seen(Edge("edge", EdgeManager()), key=key, address=VISITOR) == CLOUDFRONT


def test_address_alone_is_not_believed_and_costs_no_read() -> None:
    manager = EdgeManager()
    assert seen(Edge("edge", manager), address=VISITOR) == CLOUDFRONT
    assert manager.reads == 0


def test_wrong_keys_cost_one_read() -> None:
    manager = EdgeManager()
    edge = Edge("edge", manager)
    for number in range(100):
        seen(edge, key=str(number), address=VISITOR)
    assert manager.reads == 1


@pytest.mark.parametrize("text", ["", f"{VISITOR}:443", f"{VISITOR}, {VISITOR}", *(TEXTS | HIDDEN | BROKEN).values()])
def test_text_that_is_no_address_is_not_believed(text: str) -> None:
    assert seen(Edge("edge", EdgeManager()), key=KEY, address=text) == CLOUDFRONT


def test_without_cloudfront_nothing_is_believed() -> None:
    assert seen(Edge(), key=KEY, address=VISITOR) == CLOUDFRONT
    assert seen(Edge("edge", NoKey()), key="", address=VISITOR) == CLOUDFRONT
