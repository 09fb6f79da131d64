"""Controls for tests and the command line that Salesforce has no API for."""

from collections.abc import Awaitable, Callable

from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.salesforce.conversion import convert
from sandbox.salesforce.faults import Fault, Faults
from sandbox.salesforce.merging import merge
from sandbox.salesforce.oauth import Tokens
from sandbox.salesforce.org import ADMINISTRATOR, Org
from sandbox.salesforce.refused import Refused
from sandbox.salesforce.seed import seed
from sandbox.salesforce.settings import Settings
from sandbox.salesforce.usage import Usage


class Knobs(Settings):
    """Settings of the org, its limits included."""

    daily_calls: int = Field(default=15_000, ge=0)
    token_seconds: int = Field(default=7200, ge=0)


class Control:
    """The controls: faults, settings, usage, an administrator's session, conversion of a lead, and reset."""

    def __init__(self, org: Org, faults: Faults, tokens: Tokens, usage: Usage) -> None:
        self._org = org
        self._faults = faults
        self._tokens = tokens
        self._usage = usage

    def routes(self) -> list[Route]:
        return [
            Route("/_control/faults", _checked(self.faults), methods=["GET", "POST", "DELETE"]),
            Route("/_control/knobs", _checked(self.turn), methods=["POST"]),
            Route("/_control/usage", self.usage),
            Route("/_control/session", self.session, methods=["POST"]),
            Route("/_control/convert", _checked(self.convert_lead), methods=["POST"]),
            Route("/_control/merge", _checked(self.merge_records), methods=["POST"]),
            Route("/_control/reset", self.reset, methods=["POST"]),
        ]

    async def faults(self, request: Request) -> Response:
        """Set a fault with POST {"mode", "count", "seconds"}, show the remaining ones with GET, clear with DELETE."""
        if request.method == "POST":
            self._faults.put(Fault.model_validate(await request.json()))
        if request.method == "DELETE":
            self._faults.clear()
        return JSONResponse(self._faults.listed())

    async def turn(self, request: Request) -> Response:
        """Change settings with POST; what is left out gets its default."""
        knobs = Knobs.model_validate(await request.json())
        self._usage.daily, self._tokens.seconds = knobs.daily_calls, knobs.token_seconds
        self._org.customise(knobs)
        return JSONResponse(knobs.model_dump())

    async def usage(self, request: Request) -> Response:
        return JSONResponse({"used": self._usage.used, "daily": self._usage.daily})

    async def session(self, _: Request) -> Response:
        """Log an administrator in, as in a browser."""
        return JSONResponse({"access_token": self._tokens.give(ADMINISTRATOR)})

    async def convert_lead(self, request: Request) -> Response:
        """Convert a lead as sales does: POST {"lead": id}."""
        return JSONResponse(convert(self._org, str((await request.json()).get("lead", ""))))

    async def merge_records(self, request: Request) -> Response:
        """Merge two records as sales does: POST {"object", "kept", "merged"}."""
        given = await request.json()
        merge(self._org, str(given["object"]), str(given["kept"]), str(given["merged"]))
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        """Delete all records but the seed, all faults and all tokens."""
        self._faults.clear()
        self._tokens.forget()
        self._org.journal.clear()
        seed(self._org)
        return Response(status_code=204)


def _checked(act: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint `act`, which then answers a wrong request with an error and its reason."""

    async def endpoint(request: Request) -> Response:
        try:
            return await act(request)
        except (ValidationError, ValueError) as wrong:
            return JSONResponse({"error": str(wrong)}, 400)
        except Refused as refused:
            return JSONResponse(refused.body(), refused.status)

    return endpoint
