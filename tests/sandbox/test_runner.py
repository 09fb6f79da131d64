"""The parts of the local cloud's runner: ports, certificates, the API's plain address."""

import socket
import ssl
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
    server = Server(Starlette(routes=[Route("/", lambda request: Response("hello"))]), port, tls.chain)
    server.start()
    try:
        # then who trusts the authority may come in, and nobody else
        trust = ssl.create_default_context(cafile=str(tls.authorities))
        assert httpx.get(f"https://127.0.0.1:{port}/", verify=trust).text == "hello"
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"https://127.0.0.1:{port}/")
    finally:
        server.stop()


def test_the_authority_stays_the_same_over_restarts(tmp_path: Path) -> None:
    certificate(tmp_path)
    root = (tmp_path / "authority.pem").read_bytes()
    again = certificate(tmp_path)
    assert (tmp_path / "authority.pem").read_bytes() == root
    assert again.authorities.read_bytes().endswith(root)


def test_the_plain_address_passes_on_every_byte_and_names_the_api(tmp_path: Path) -> None:
    # given an emulator that says what it got
    async def echo(request: Request) -> Response:
        seen = {
            "method": request.method,
            "target": (request.scope["raw_path"] + b"?" + request.scope["query_string"]).decode(),
            "host": request.headers["host"],
            "type": request.headers.get("content-type"),
            "body": (await request.body()).hex(),
        }
        answer = JSONResponse(seen, 303, {"location": "/thanks", "set-cookie": "a=1"})
        answer.headers.append("set-cookie", "b=2")
        return answer

    methods = ["GET", "POST", "OPTIONS"]
    port = Home(tmp_path).ports()["aws"]
    server = Server(Starlette(routes=[Route("/{path:path}", echo, methods=methods)]), port)
    server.start()
    try:
        with TestClient(proxy.build(f"http://127.0.0.1:{port}", lambda: "abc.execute-api.localhost")) as client:
            # when a body that is no text goes through
            body = b"\x00\xff--boundary\r\n\xe5"
            answer = client.post(
                "/forms/white%2Fpaper?q=%E3%81%82&q=+",
                content=body,
                headers={"content-type": "x/y"},
                follow_redirects=False,
            )
    finally:
        server.stop()

    # then it arrived as it was, and so did the answer
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


def test_an_emulator_that_is_gone_is_said_to_be_gone() -> None:
    with TestClient(proxy.build("http://127.0.0.1:1", lambda: "x")) as client:
        assert client.get("/pages/whitepaper").status_code == 502
