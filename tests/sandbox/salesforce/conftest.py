"""An org over TLS, which has only its seed before each test."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.certificates import certificate
from sandbox.salesforce.app import build
from sandbox.salesforce.connected_app import ConnectedApp, connected_app
from sandbox.server import Server
from tests.support.fakes import FakeClock
from tests.support.slack_workspace import free_port

BASE = "/services/data/v62.0"


@dataclass
class AnOrg:
    url: str
    authorities: Path
    app: ConnectedApp
    clock: FakeClock
    web: httpx.Client

    def reset(self) -> None:
        """Empty the org but for its seed, set its clock back, and log in with all rights."""
        self.clock.at = FakeClock().at
        self.web.headers.pop("Authorization", None)
        self.set(administrator=True)
        assert self.web.post("/_control/reset").status_code == 204
        self.log_in()

    def log_in(self) -> str:
        """Return a token of the integration user; later calls carry it."""
        answer = self.web.post("/services/oauth2/token", data={"grant_type": "client_credentials"}, auth=self.basic)
        self.web.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return str(answer.json()["access_token"])

    @property
    def basic(self) -> tuple[str, str]:
        return self.app.client_id, self.app.client_secret

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return (
            self.web.request(method, BASE + path, json=body, **more)
            if body is not None
            else self.web.request(method, BASE + path, **more)
        )

    def create(self, object: str, **fields: Any) -> str:
        answer = self.ask("POST", f"/sobjects/{object}/", fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def lead(self, **fields: Any) -> str:
        return self.create("Lead", **{"LastName": "山田", "Company": "みどり物流", **fields})

    def read(self, object: str, id: str) -> dict[str, Any]:
        return dict(self.ask("GET", f"/sobjects/{object}/{id}").json())

    def query(self, soql: str) -> list[dict[str, Any]]:
        answer = self.ask("GET", "/query/", params={"q": soql})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["records"])

    def user(self, email: str) -> str:
        return str(self.query(f"SELECT Id FROM User WHERE Email = '{email}'")[0]["Id"])  # noqa: S608

    def set(self, **knobs: Any) -> None:
        """Change the org's settings; the others get their defaults."""
        assert self.web.post("/_control/knobs", json=knobs).status_code == 200

    def fault(self, mode: str, count: int = 1, **more: Any) -> None:
        assert self.web.post("/_control/faults", json={"mode": mode, "count": count, **more}).status_code == 200

    def composite(self, *parts: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        answer = self.ask("POST", "/composite", {"compositeRequest": list(parts), **more})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["compositeResponse"])


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnOrg]:
    folder = tmp_path_factory.mktemp("salesforce")
    clock, tls, port = FakeClock(), certificate(folder), free_port()
    url = f"https://127.0.0.1:{port}"
    server = Server(build(folder / "org", clock.now, url), port, tls.chain)
    server.start()
    trust = ssl.create_default_context(cafile=str(tls.authorities))
    with httpx.Client(base_url=url, verify=trust, timeout=10) as web:
        yield AnOrg(url, tls.authorities, connected_app(folder / "org"), clock, web)
    server.stop()


@pytest.fixture
def org(served: AnOrg) -> AnOrg:
    served.reset()
    return served
