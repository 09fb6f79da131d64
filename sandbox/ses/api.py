"""The part of SES v2's HTTP API that Ripen and its stack use through boto3. Shapes: botocore's model of sesv2."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.ses.checks import Refused, bare, send_email
from sandbox.ses.events import Wire, outcome, records, reported, stamp
from sandbox.ses.faults import Faults
from sandbox.ses.message import Kept, build, sender, subject
from sandbox.ses.store import Store

Endpoint = Callable[[Request], Awaitable[Response]]
_QUOTA = {"Max24HourSend": 50000.0, "MaxSendRate": 14.0}


def _with_ses_errors(endpoint: Endpoint) -> Endpoint:
    """Turn a Refused into an error response of the rest-json protocol."""

    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refused:
            return JSONResponse(
                {"message": refused.message}, refused.status, headers={"x-amzn-ErrorType": refused.code}
            )

    return answered


class Api:
    def __init__(self, store: Store, faults: Faults, wire: Wire, now: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._wire = wire
        self._now = now

    def routes(self) -> list[Route]:
        paths: list[tuple[str, str, Endpoint]] = [
            ("POST", "outbound-emails", self.send_email),
            ("GET", "account", self.account),
            ("POST", "identities", self.create_identity),
            ("POST", "list-identities", self.list_identities),
            ("GET", "identities/{name}", self.identity),
            ("DELETE", "identities/{name}", self.delete_identity),
            ("PUT", "identities/{name}/{attribute}", self.nothing),
            ("POST", "configuration-sets", self.create_set),
            ("GET", "configuration-sets/{name}", self.set),
            ("DELETE", "configuration-sets/{name}", self.delete_set),
            ("PUT", "configuration-sets/{name}/suppression-options", self.set_suppression),
            ("PUT", "configuration-sets/{name}/{option}", self.nothing),
            ("GET", "configuration-sets/{name}/event-destinations", self.destinations),
            ("POST", "configuration-sets/{name}/event-destinations", self.add_destination),
            ("PUT", "configuration-sets/{name}/event-destinations/{destination}", self.change_destination),
            ("DELETE", "configuration-sets/{name}/event-destinations/{destination}", self.nothing),
            ("PUT", "suppression/addresses", self.suppress),
            ("GET", "suppression/addresses", self.suppressed),
            ("GET", "suppression/addresses/{address}", self.is_suppressed),
            ("DELETE", "suppression/addresses/{address}", self.unsuppress),
        ]
        return [Route(f"/v2/email/{path}", _with_ses_errors(call), methods=[verb]) for verb, path, call in paths]

    async def send_email(self, request: Request) -> Response:
        asked: dict[str, Any] = await request.json()
        if self._faults.take("drop"):
            return _hung_up(request)
        self._faults.refuse()
        recipients = send_email(asked)
        self._permitted(asked)
        id = self._take(asked, recipients)
        if self._faults.take("accept_hang"):
            await asyncio.sleep(self._faults.seconds)
        if self._faults.take("error_after_accept"):
            raise Refused("InternalFailure", "An internal error occurred.", 500)
        if self._faults.take("truncate"):
            return StreamingResponse(iter(()), headers={"content-length": "60", "content-type": "application/json"})
        return JSONResponse({"MessageId": id})

    def _permitted(self, asked: dict[str, Any]) -> None:
        """Refuse an unknown configuration set, and an unknown sender once any has been created."""
        account, address = self._store.account, bare(sender(asked))
        if account["identities"] and not {address, address.rpartition("@")[2]} & set(account["identities"]):
            message = f"Email address is not verified. The following identities failed the check: {address}"
            raise Refused("MessageRejected", message)
        name = asked.get("ConfigurationSetName", "")
        if name and name not in account["sets"]:
            raise Refused("NotFoundException", f"Configuration set <{name}> does not exist.", 404)

    def _take(self, asked: dict[str, Any], recipients: list[str]) -> str:
        id, at = f"0106{uuid4().hex[:12]}-{uuid4()}-000000", self._now()
        through = asked.get("ConfigurationSetName", "")
        suppressed = any(self._store.is_suppressed(address, through) for address in recipients)
        raw = build(asked, id, at)
        kept = Kept(
            id=id,
            subject=subject(raw),
            at=stamp(at),
            sender=sender(asked),
            recipients=recipients,
            configuration_set=through,
            tags={tag["Name"]: tag["Value"] for tag in asked.get("EmailTags", [])},
            outcome=outcome(recipients[0], suppressed) if recipients else "delivered",
        )
        self._store.keep(kept, raw)
        self._wire.publish(reported(records(kept, at), self._store.set_of(through)["destinations"]))
        return id

    async def account(self, request: Request) -> Response:
        sent = float(len(self._store.ids()))
        return JSONResponse(
            {
                "SendQuota": _QUOTA | {"SentLast24Hours": sent},
                "SendingEnabled": True,
                "ProductionAccessEnabled": True,
                "EnforcementStatus": "HEALTHY",
                "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
            }
        )

    async def create_identity(self, request: Request) -> Response:
        name = (await request.json())["EmailIdentity"]
        self._store.account["identities"][name] = {}
        self._store.save()
        return JSONResponse(_identity(name))

    async def list_identities(self, request: Request) -> Response:
        names = self._store.account["identities"]
        return JSONResponse({"EmailIdentities": [{"IdentityName": name, "SendingEnabled": True} for name in names]})

    async def identity(self, request: Request) -> Response:
        name = request.path_params["name"]
        _known(self._store.account["identities"], name, "Email identity")
        return JSONResponse(_identity(name) | {"VerificationStatus": "SUCCESS"})

    async def delete_identity(self, request: Request) -> Response:
        return self._forget("identities", request.path_params["name"], "Email identity")

    async def create_set(self, request: Request) -> Response:
        asked = await request.json()
        name = asked["ConfigurationSetName"]
        if name in self._store.account["sets"]:
            raise Refused("AlreadyExistsException", f"Configuration set <{name}> already exists.")
        self._store.account["sets"][name] = {"destinations": []}
        return self._suppresses(name, asked.get("SuppressionOptions", {}))

    async def set_suppression(self, request: Request) -> Response:
        name = request.path_params["name"]
        _known(self._store.account["sets"], name, "Configuration set")
        return self._suppresses(name, await request.json())

    def _suppresses(self, name: str, options: dict[str, Any]) -> Response:
        if "SuppressedReasons" in options:
            self._store.account["sets"][name]["suppressed"] = options["SuppressedReasons"]
        self._store.save()
        return JSONResponse({})

    async def set(self, request: Request) -> Response:
        name = request.path_params["name"]
        _known(self._store.account["sets"], name, "Configuration set")
        return JSONResponse({"ConfigurationSetName": name})

    async def delete_set(self, request: Request) -> Response:
        return self._forget("sets", request.path_params["name"], "Configuration set")

    async def destinations(self, request: Request) -> Response:
        name = request.path_params["name"]
        _known(self._store.account["sets"], name, "Configuration set")
        return JSONResponse({"EventDestinations": self._store.account["sets"][name]["destinations"]})

    async def add_destination(self, request: Request) -> Response:
        name, asked = request.path_params["name"], await request.json()
        _known(self._store.account["sets"], name, "Configuration set")
        destination = asked["EventDestinationName"]
        if destination in self._destinations(name):
            raise Refused("AlreadyExistsException", f"Event destination <{destination}> already exists.")
        return self._keep_destination(name, destination, asked)

    async def change_destination(self, request: Request) -> Response:
        name, destination = request.path_params["name"], request.path_params["destination"]
        _known(self._store.account["sets"], name, "Configuration set")
        _known(self._destinations(name), destination, "Event destination")
        return self._keep_destination(name, destination, await request.json())

    def _destinations(self, name: str) -> dict[str, Any]:
        return {each["Name"]: each for each in self._store.account["sets"][name]["destinations"]}

    def _keep_destination(self, name: str, destination: str, asked: dict[str, Any]) -> Response:
        described = asked["EventDestination"] | {"Name": destination}
        kept = self._destinations(name) | {destination: described}
        self._store.account["sets"][name]["destinations"] = list(kept.values())
        self._store.save()
        return JSONResponse({})

    async def suppress(self, request: Request) -> Response:
        asked = await request.json()
        self._store.suppress(bare(asked["EmailAddress"]), asked["Reason"], self._now())
        return JSONResponse({})

    async def suppressed(self, request: Request) -> Response:
        return JSONResponse({"SuppressedDestinationSummaries": list(self._store.account["suppressed"].values())})

    async def is_suppressed(self, request: Request) -> Response:
        address = request.path_params["address"].lower()
        _known(self._store.account["suppressed"], address, "Email address")
        return JSONResponse({"SuppressedDestination": self._store.account["suppressed"][address]})

    async def unsuppress(self, request: Request) -> Response:
        return self._forget("suppressed", request.path_params["address"].lower(), "Email address")

    async def nothing(self, request: Request) -> Response:
        return JSONResponse({})

    def _forget(self, kind: str, name: str, called: str) -> Response:
        _known(self._store.account[kind], name, called)
        del self._store.account[kind][name]
        self._store.save()
        return JSONResponse({})


def _known(known: dict[str, Any], name: str, called: str) -> None:
    if name not in known:
        raise Refused("NotFoundException", f"{called} <{name}> does not exist.", 404)


def _identity(name: str) -> dict[str, Any]:
    return {
        "IdentityType": "EMAIL_ADDRESS" if "@" in name else "DOMAIN",
        "VerifiedForSendingStatus": True,
        "DkimAttributes": {"SigningEnabled": True, "Status": "SUCCESS", "Tokens": ["one", "two", "three"]},
    }


def _hung_up(request: Request) -> Response:
    """Break the connection. The server's transport is behind its receive channel."""
    transport = getattr(getattr(request.receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError
    transport.abort()
    return Response()
