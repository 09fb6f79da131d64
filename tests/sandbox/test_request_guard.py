"""No port of the local cloud answers a web page of somebody else, neither by its address nor by a name of its own."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from cli.local.home import Home, LocalCloud
from cli.stack.stack import Stack
from sandbox import emulator_main, proxy, webhook
from sandbox.certificates import certificate
from sandbox.console import app as console
from sandbox.request_guard import PASS, RequestGuard, is_loopback
from sandbox.salesforce import app as salesforce
from sandbox.server import Server
from sandbox.ses import app as ses
from sandbox.ses.receiving import Receiving
from tests.support.fakes import FakeClock
from tests.support.slack_workspace import free_port, running

WEB = httpx.Client(verify=False, timeout=30)  # noqa: S501 (our own certificate)
OUR_SITE = "https://www.ripen.example"
FOREIGN = {
    "a name that leads here": {"host": "evil.example"},
    "a name that leads here, with the port": {"host": "evil.example:{port}"},
    "a name that begins like ours": {"host": "127.0.0.1.evil.example:{port}"},
    "a name that ends like ours": {"host": "evillocalhost:{port}"},
    "another port's name": {"host": "127.0.0.1:1"},
    "a page on another site": {"origin": "https://evil.example"},
    "a page in the local network": {"origin": "http://192.168.1.7", "sec-fetch-site": "cross-site"},
    "a sandboxed page": {"origin": "null", "sec-fetch-site": "cross-site"},
    "a page without origin": {"sec-fetch-site": "cross-site"},
}
OWN = {
    "a program": {},
    "a program that uses a name": {"host": "localhost:{port}"},
    "a program that uses a subdomain": {"host": "bucket.localhost:{port}"},
    "a program that uses IPv6's address": {"host": "[::1]:{port}"},
    "a person who types the address": {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
    "its own page": {"origin": "{url}", "sec-fetch-site": "same-origin"},
    "its own page without referrer": {"origin": "null", "sec-fetch-site": "same-origin"},
    "a link on another of our pages": {"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate"},
}


def _no_stack() -> Stack:
    raise AssertionError("the console's style sheet needs no stack")


async def an_app(request: Request) -> Response:
    return JSONResponse({"headers": dict(request.headers)})


ANY = Starlette(routes=[Route("/{path:path}", an_app, methods=["GET", "POST", "OPTIONS"])])


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Serve each part as the local cloud does, and return its address by the name of its port."""
    folder = tmp_path_factory.mktemp("parts")
    now, tls = FakeClock().now, certificate(folder)
    status = LocalCloud(pid=0, ready=True, api="", mailbox="", slack="", salesforce="", aws="", ca="")
    incoming = Receiving(lambda bucket, key, raw: None, lambda topic, notification: None, now)
    plain: dict[str, Any] = {
        "api": proxy.build("http://127.0.0.1:1", lambda: "x.execute-api.localhost"),
        "mailbox": ses.build(folder / "ses", now, lambda event: None, incoming),
        "console": console.build(_no_stack, lambda: status),
    }
    secure = {"salesforce": salesforce.build(folder / "crm", now, ""), "webhook": webhook.build(now)}
    with ExitStack() as stack:
        found = {}
        for name, app in (plain | secure).items():
            port, listed = free_port(), (lambda: {OUR_SITE}) if name == "api" else None
            server = Server(app, port, tls.chain if name in secure else None, listed)
            server.start()
            stack.callback(server.stop)
            found[name] = f"{'https' if name in secure else 'http'}://127.0.0.1:{port}"
        found["slack"] = stack.enter_context(running(folder / "slack")).url
        found["workspace"] = httpx.get(f"{found['slack']}/").headers["location"].partition("/archives")[0]
        found["aws"] = "http://127.0.0.1:4566"
        yield found


def status_of(name: str, address: str, headers: dict[str, str], method: str = "POST") -> int:
    """Send a request to a part, and return the status of the answer."""
    port = address.rpartition(":")[2]
    sent = {key: value.format(port=port, url=address) for key, value in headers.items()}
    if name == "aws":
        return int(TestClient(emulator(), address).request(method, "/any", headers=sent).status_code)
    path = {"console": "/console.css", "mailbox": "/list.json"}.get(name, "/any")
    return WEB.request(method, f"{address}{path}", headers=sent, content=b"{}").status_code


def emulator(passport: str = "") -> Any:
    """Return the application that the emulator's server serves, around an application that answers anything."""
    served = []

    class Seen(uvicorn.Server):
        async def serve(self, sockets: Any = None) -> None:
            served.append(self.config.app)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn, "Server", Seen)
        config = SimpleNamespace(bind=["127.0.0.1:4566"], keep_alive_timeout=1, graceful_timeout=1)
        asyncio.run(emulator_main.serve(ANY, config, passport, int, dict))
    return served[0]


PARTS = ["api", "aws", "console", "mailbox", "salesforce", "slack", "webhook", "workspace"]


def test_every_port_is_tried(tmp_path: Path, addresses: dict[str, str]) -> None:
    assert sorted(addresses) == PARTS == sorted(Home(tmp_path).ports())


@pytest.mark.parametrize("part", PARTS)
def test_foreign_page_gets_nothing(addresses: dict[str, str], part: str) -> None:
    for what, headers in FOREIGN.items():
        assert status_of(part, addresses[part], headers) == 403, what
        assert status_of(part, addresses[part], headers, "OPTIONS") == 403, what


@pytest.mark.parametrize("part", PARTS)
def test_foreign_page_reads_nothing(addresses: dict[str, str], part: str) -> None:
    for what, headers in FOREIGN.items():
        if part != "api" or "host" in headers or "origin" in headers:
            assert status_of(part, addresses[part], headers, "GET") == 403, what


@pytest.mark.parametrize("part", PARTS)
def test_programs_and_own_pages_pass(addresses: dict[str, str], part: str) -> None:
    for what, headers in OWN.items():
        assert status_of(part, addresses[part], headers) != 403, what
        assert status_of(part, addresses[part], headers, "GET") != 403, what


@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS"])
@pytest.mark.parametrize("origin", [OUR_SITE, "http://localhost:5500", "http://127.0.0.1:3000"])
def test_pages_of_the_companys_sites_and_of_this_machine_reach_the_api(
    addresses: dict[str, str], origin: str, method: str
) -> None:
    """Whether they may post a form there is decided by the function, as on AWS."""
    sent = {"origin": origin, "sec-fetch-site": "cross-site"}
    assert status_of("api", addresses["api"], sent, method) != 403


@pytest.mark.parametrize("part", [part for part in PARTS if part != "api"])
def test_pages_of_the_companys_sites_reach_only_the_api(addresses: dict[str, str], part: str) -> None:
    for origin in (OUR_SITE, "http://localhost:5500"):
        assert status_of(part, addresses[part], {"origin": origin}) == 403, origin


def test_link_in_a_mail_reaches_the_api(addresses: dict[str, str]) -> None:
    """A sandboxed frame shows the mail, so that its links come from another site."""
    sent = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert status_of("api", addresses["api"], sent, "GET") != 403


def test_api_passes_a_browsers_request_on_to_the_emulator() -> None:
    client = TestClient(emulator("secret"), "http://127.0.0.1:4566")
    sent = {"host": "x.execute-api.localhost", "origin": OUR_SITE, "sec-fetch-site": "cross-site"}

    passed = client.post("/forms/f", headers=sent | {PASS: "secret"})

    assert passed.status_code == 200
    assert passed.json()["headers"]["origin"] == OUR_SITE
    assert PASS not in passed.json()["headers"]
    for wrong in ({}, {PASS: ""}, {PASS: "Secret"}, {PASS: "é".encode()}):
        assert client.post("/forms/f", headers=sent | wrong).status_code == 403
    assert client.post("/", headers={PASS: "secret", "host": "evil.example"}).status_code == 403


def test_nobody_passes_without_a_passport() -> None:
    client = TestClient(emulator(), "http://127.0.0.1:4566")
    assert client.post("/", headers={PASS: "", "origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("hidden", [(b"host", b"evil.example"), (b"Origin", b"https://evil.example")])
def test_second_header_does_not_hide_behind_the_first(hidden: tuple[bytes, bytes]) -> None:
    first = [(b"host", b"127.0.0.1:80"), (b"origin", b"http://127.0.0.1:80")]
    assert answered(RequestGuard(ANY), [*first, hidden]) == 403
    assert answered(RequestGuard(ANY), first) == 200


def test_request_without_host_is_refused() -> None:
    assert answered(RequestGuard(ANY), []) == 403


def answered(app: RequestGuard, headers: list[tuple[bytes, bytes]]) -> int:
    """Return the status for a request with exactly these headers."""
    scope = {
        "type": "http", "method": "GET", "scheme": "http", "path": "/", "raw_path": b"/", "query_string": b"",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 9), "headers": headers,
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("authority", "ours"),
    [
        ("127.0.0.1", True), ("127.0.0.1:8700", True), ("LOCALHOST:8700", True), ("a.b.localhost", True),
        ("x.execute-api.localhost", True), ("[::1]:8700", True),
        ("127.0.0.1:8701", False), ("127.0.0.2", False), ("localhost.evil.example", False), ("notlocalhost", False),
        ("localhost@evil.example", False), ("evil.example/localhost", False), ("localhost:8700:1", False),
        ("127.0.0.1\n", False), ("", False), (".localhost", False), ("localhost.", False), ("192.168.0.1:8700", False),
    ],
)  # fmt: skip
def test_only_names_of_this_machine_are_loopback(authority: str, ours: bool) -> None:
    assert is_loopback(authority, 8700) is ours
