"""The parts of the local cloud's runner: ports, certificates, the API's plain address."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from cli.local.home import Home
from sandbox import proxy
from sandbox.certificates import certificate
from sandbox.server import Server


def test_ports_are_kept_and_one_that_is_taken_is_replaced(tmp_path: Path) -> None:
    # given the ports of a first start
    home = Home(tmp_path)
    first = home.ports()
    assert home.ports() == first

    # when another program takes one
    with socket.socket() as other:
        other.bind(("127.0.0.1", first["api"]))
        other.listen()
        second = home.ports()

    # then that one is another, and the rest stays
    assert second["api"] != first["api"]
    assert {**second, "api": 0} == {**first, "api": 0}


def test_a_server_speaks_tls_that_only_our_authority_vouches_for(tmp_path: Path) -> None:
    # given a stand-in behind a certificate of ours
    tls = certificate(tmp_path)
    port = Home(tmp_path / "home").ports()["salesforce"]
    with served(Route("/", lambda request: Response("hello")), port, tls.chain):
        # then a client that trusts the authority gets an answer, and no other does
        trust = ssl.create_default_context(cafile=str(tls.authorities))
        assert httpx.get(f"https://127.0.0.1:{port}/", verify=trust).text == "hello"
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"https://127.0.0.1:{port}/")


def test_the_authority_stays_the_same_over_restarts(tmp_path: Path) -> None:
    certificate(tmp_path)
    root = (tmp_path / "authority.pem").read_bytes()
    again = certificate(tmp_path)
    assert (tmp_path / "authority.pem").read_bytes() == root
    assert again.authorities.read_bytes().endswith(root)


def test_the_plain_address_passes_on_every_byte_and_names_the_api(tmp_path: Path) -> None:
    # given an emulator that answers with the request that it got
    port = Home(tmp_path).ports()["aws"]
    with (
        served(Route("/{path:path}", echo, methods=["POST"]), port),
        TestClient(proxy.build(f"http://127.0.0.1:{port}", lambda: "abc.execute-api.localhost")) as client,
    ):
        # when a body that is no text goes through
        body = b"\x00\xff--boundary\r\n\xe5"
        headers = {"content-type": "x/y"}
        answer = client.post(
            "/forms/white%2Fpaper?q=%E3%81%82&q=+", content=body, headers=headers, follow_redirects=False
        )

    # then it arrived unchanged, and so did the answer
    assert answer.json() == {
        "method": "POST",
        "target": "/forms/white%2Fpaper?q=%E3%81%82&q=+",
        "host": "abc.execute-api.localhost",
        "type": "x/y",
        "body": body.hex(),
    }
    assert answer.status_code == 303
    assert answer.headers["location"] == "/thanks"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_an_emulator_that_does_not_answer_is_a_bad_gateway() -> None:
    with TestClient(proxy.build("http://127.0.0.1:1", lambda: "x")) as client:
        assert client.get("/pages/whitepaper").status_code == 502


async def echo(request: Request) -> Response:
    """Redirect to /thanks with two cookies, and repeat the request in the body."""
    got = {
        "method": request.method,
        "target": (request.scope["raw_path"] + b"?" + request.scope["query_string"]).decode(),
        "host": request.headers["host"],
        "type": request.headers.get("content-type"),
        "body": (await request.body()).hex(),
    }
    answer = JSONResponse(got, 303, {"location": "/thanks", "set-cookie": "a=1"})
    answer.headers.append("set-cookie", "b=2")
    return answer


@contextmanager
def served(route: Route, port: int, tls: Path | None = None) -> Iterator[None]:
    """Serve one route for as long as the block lasts."""
    server = Server(Starlette(routes=[route]), port, tls)
    server.start()
    try:
        yield
    finally:
        server.stop()
