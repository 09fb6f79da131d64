"""The Salesforce stand-in as one application."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette

from sandbox.salesforce.api import Api
from sandbox.salesforce.connected_app import connected_app
from sandbox.salesforce.control import Control
from sandbox.salesforce.faults import Faults
from sandbox.salesforce.gate import Gate
from sandbox.salesforce.journal import Journal
from sandbox.salesforce.oauth import OAuth, Tokens
from sandbox.salesforce.org import Org
from sandbox.salesforce.pages import Pages
from sandbox.salesforce.schema import PACKAGE, load
from sandbox.salesforce.seed import seed
from sandbox.salesforce.usage import Usage


def build(folder: Path, now: Callable[[], datetime], base_url: str, package: Path = PACKAGE) -> Starlette:
    """Return an org that keeps its records under `folder`, dates them by `now`, and is served at `base_url`.

    `base_url` has no slash at the end. The org has the fields of the deployed `package`. For a login see
    `connected_app.connected_app(folder)`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    faults, tokens, usage = Faults(), Tokens(), Usage(now)
    org = Org(load(package), Journal(folder / "records.jsonl"), faults, now)
    seed(org)
    oauth = OAuth(org, connected_app(folder), tokens, base_url)
    gate = Gate(Api(org, usage, now), tokens, usage, faults)
    routes = [*oauth.routes, *gate.routes, *Pages(org).routes, *Control(org, faults, tokens, usage).routes()]
    return Starlette(routes=routes)
