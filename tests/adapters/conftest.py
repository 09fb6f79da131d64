"""A Salesforce org over TLS, reset to its seed before each test, and a receiver of webhooks."""

from collections.abc import Iterator
from datetime import UTC, datetime
from socket import create_server
from threading import Thread
from time import sleep

import pytest
import trustme
import uvicorn

from ripen.adapters.salesforce.records import Salesforce
from sandbox.salesforce.app import build
from sandbox.salesforce.connected_app import connected_app
from tests.support.salesforce_org import Counting, FixedSecrets, Org
from tests.support.webhook_receiver import Server, answering, resolve, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    folder = tmp_path_factory.mktemp("org")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    listener = create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    app = Counting(build(folder, lambda: datetime.now(UTC), url))
    server = uvicorn.Server(
        uvicorn.Config(app, ssl_certfile=folder / "server.pem", log_level="critical", lifespan="off")
    )
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    yield Org(url, folder, app.calls)
    server.should_exit = server.force_exit = True
    thread.join(1)  # TLS would wait 30 seconds for the pooled connections to close


@pytest.fixture
def org(served: Org, monkeypatch: pytest.MonkeyPatch) -> Org:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(served.folder / "ca.pem"))
    served.control("reset")
    served.control("knobs")
    served.calls.clear()
    return served


@pytest.fixture
def salesforce(org: Org) -> Salesforce:
    return Salesforce(FixedSecrets(connected_app(org.folder).secret(org.url)))


@pytest.fixture(scope="module")
def receiver() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def server(receiver: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    resolve(monkeypatch, "127.0.0.1")
    receiver.asked.clear()
    receiver.answer = answering(200, b'{"ok": true}')
    return receiver
