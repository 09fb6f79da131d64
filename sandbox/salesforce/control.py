"""Controls for tests and the command line that Salesforce has no API for."""

from collections.abc import Callable

from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.salesforce.conversion import convert
from sandbox.salesforce.faults import Fault, Faults
from sandbox.salesforce.oauth import Tokens
from sandbox.salesforce.org import Org
from sandbox.salesforce.refused import Refused
from sandbox.salesforce.seed import seed
from sandbox.salesforce.usage import Usage


class Knobs(BaseModel):
    """Settings that an administrator would change."""

    daily_calls: int = Field(default=15_000, ge=0)
    token_seconds: int = Field(default=7200, ge=0)


def routes(org: Org, faults: Faults, tokens: Tokens, usage: Usage) -> list[Route]:
    """Return the controls.

    POST, GET, DELETE /_control/faults {mode, count, seconds}; POST /_control/knobs {daily_calls, token_seconds};
    GET /_control/usage; POST /_control/convert {lead}; POST /_control/reset.
    """

    async def put_fault(request: Request) -> Response:
        faults.put(Fault.model_validate(await request.json()))
        return JSONResponse(faults.listed())

    async def show_faults(_: Request) -> Response:
        return JSONResponse(faults.listed())

    async def clear_faults(_: Request) -> Response:
        faults.clear()
        return JSONResponse(faults.listed())

    async def turn(request: Request) -> Response:
        knobs = Knobs.model_validate(await request.json())
        usage.daily, tokens.seconds = knobs.daily_calls, knobs.token_seconds
        return JSONResponse(knobs.model_dump())

    async def show_usage(_: Request) -> Response:
        return JSONResponse({"used": usage.used, "daily": usage.daily})

    async def convert_lead(request: Request) -> Response:
        return JSONResponse(convert(org, str((await request.json()).get("lead", ""))))

    async def reset(_: Request) -> Response:
        faults.clear()
        tokens.forget()
        org.journal.clear()
        seed(org)
        return Response(status_code=204)

    return [
        Route("/_control/faults", _told(put_fault), methods=["POST"]),
        Route("/_control/faults", show_faults),
        Route("/_control/faults", clear_faults, methods=["DELETE"]),
        Route("/_control/knobs", _told(turn), methods=["POST"]),
        Route("/_control/usage", show_usage),
        Route("/_control/convert", _told(convert_lead), methods=["POST"]),
        Route("/_control/reset", reset, methods=["POST"]),
    ]


def _told(act: Callable[[Request], object]) -> Callable[[Request], object]:
    """Answer a wrong request with 400 and the reason."""

    async def answer(request: Request) -> Response:
        try:
            return await act(request)  # type: ignore[misc,no-any-return]
        except (ValidationError, ValueError) as wrong:
            return JSONResponse({"error": str(wrong)}, 400)
        except Refused as refused:
            return JSONResponse(refused.body(), refused.status)

    return answer
