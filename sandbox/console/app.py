"""The console's page and its buttons.

It is served on 127.0.0.1 and refuses a form that another site sends.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from liquid import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from cli.local.home import LocalCloud
from cli.stack.stack import Stack
from ripen.adapters.table import Key, keys
from ripen.failure import Failure
from sandbox.console.actions import Actions, new_person
from sandbox.console.lead_views import LeadViews
from sandbox.console.recent_leads import RecentLeads
from sandbox.console.words import words

_HERE = Path(__file__).parent
_TEMPLATES = Environment(autoescape=True, loader=FileSystemLoader(_HERE / "templates"))
_LANGUAGES = ("ja", "en")
_CAN = ("form", "visit", "click", "accept", "not_fit", "minutes", "days", "unsubscribe")


def build(connect: Callable[[], Stack], status: Callable[[], LocalCloud]) -> Starlette:
    """Return the console; it calls `connect` once, at the first request."""
    console = Console(cache(connect), status)
    return Starlette(
        routes=[
            Route("/", console.page),
            Route("/do/{action}", console.do, methods=["POST"]),
            Route("/console.css", console.file),
            Route("/console.js", console.file),
        ],
    )


class Console:
    def __init__(self, connect: Callable[[], Stack], status: Callable[[], LocalCloud]) -> None:
        self._connect = connect
        self._status = status
        self._actions = Actions(connect, status)
        self._recent = RecentLeads()

    def page(self, request: Request) -> Response:
        lang, email = _language(request), request.query_params.get("lead", "").strip()
        stack, status = self._connect(), self._status()
        views = LeadViews(stack, status, lang)
        view: dict[str, Any] = {
            "lang": lang,
            "say": words(lang),
            "email": email,
            "query": urlencode({"lead": email}) if email else "",
            "time": views.time(),
            "passing": self._actions.time_passes,
            "stopped": self._is_on(keys.STOP),
            "shadow": self._is_on(keys.SHADOW),
            "problem": request.query_params.get("problem", "") or self._actions.failed,
            "person": [{"name": name, "value": value} for name, value in new_person(lang).items()],
            "lead_view": None,
        }
        if view["shadow"]:
            view["kept_back"] = views.kept_back()
        try:
            view["leads"] = self._recent.addresses(stack.table, status.mailbox)
            view["lead_view"] = views.view(email) if email else None
        except Failure as failure:
            view["problem"] = view["problem"] or failure.what
        except httpx.TransportError as error:
            view["problem"] = f"A part of the local cloud does not answer: {error}"
        page = HTMLResponse(_TEMPLATES.get_template("page.liquid").render(**view), headers=self._policy())
        page.set_cookie("lang", lang, samesite="strict")
        return page

    async def do(self, request: Request) -> Response:
        """Do one action, then show the page again."""
        action = request.path_params["action"]
        if request.headers.get("origin", "") != f"http://{request.headers.get('host', '')}" or action not in _CAN:
            return Response("Only this page's own buttons work here.", 403)
        asked = {name: str(value) for name, value in (await request.form()).items()}
        lang, email = asked.pop("lang", "en"), asked.get("email", "")
        problem = await run_in_threadpool(self._tried, action, email, asked | {"lang": lang})
        kept = {"lead": email, "lang": lang} | ({"problem": problem} if problem else {})
        return RedirectResponse(f"/?{urlencode(kept)}", 303)

    def file(self, request: Request) -> Response:
        return FileResponse(_HERE / request.url.path.lstrip("/"))

    def _tried(self, action: str, email: str, asked: dict[str, str]) -> str:
        """Do the action and return why it failed, or ""."""
        actions = self._actions
        try:
            match action:
                case "form":
                    actions.form(asked)
                case "visit":
                    actions.visit(email)
                case "click":
                    actions.click(email)
                case "accept":
                    actions.accept(email)
                case "not_fit":
                    actions.not_a_fit(email)
                case "minutes":
                    actions.pass_time(timedelta(minutes=3))
                case "days":
                    actions.pass_time(timedelta(days=3))
                case _:
                    actions.unsubscribe(email)
        except Failure as failure:
            return f"{failure.what} {failure.next_step}".strip()
        except httpx.TransportError as error:
            return f"A part of the local cloud does not answer: {error}"
        return ""

    def _is_on(self, switch: Key[Any]) -> bool:
        row = self._connect().table.get(switch)
        return bool(row and row.value.on)

    def _policy(self) -> dict[str, str]:
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
            f"frame-src {self._status().mailbox}; base-uri 'none'; frame-ancestors 'none'"
        )
        return {"content-security-policy": policy, "cache-control": "no-store"}


def _language(request: Request) -> str:
    """Return the language of ?lang=, else the last one, else the browser's."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    prefers = request.headers.get("accept-language", "").lower().startswith("ja")
    return asked if asked in _LANGUAGES else "ja" if prefers else "en"
