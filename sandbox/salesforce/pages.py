"""The org's pages for sales: lists of leads, contacts and tasks, and one record."""

from datetime import datetime
from pathlib import Path
from typing import Any

from liquid import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from sandbox.salesforce.comparison import ZONE
from sandbox.salesforce.journal import Record
from sandbox.salesforce.org import Org
from sandbox.salesforce.refused import Refused
from sandbox.salesforce.schema import Field, SObject
from sandbox.salesforce.words import Words

_LISTS = {
    "Lead": ("Name", "Company", "Email", "Ripen_Rank__c", "Ripen_Score__c", "OwnerId", "Status", "LastModifiedDate"),
    "Contact": ("Name", "AccountId", "Email", "Ripen_Rank__c", "Ripen_Score__c", "OwnerId", "LastModifiedDate"),
    "Task": ("Subject", "WhoId", "OwnerId", "Status", "Priority", "CreatedDate"),
}
_OURS = (
    "Rank",
    "Score",
    "Fit",
    "Engagement",
    "Reasons",
    "Last_Activity",
    "Landing_Page",
)  # the fields that sales reads first
_MOST = 200
_SYSTEM = {"CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"}
_HIDDEN = {"Id", "IsDeleted", "SystemModstamp", "FirstName", "LastName", "IsUnreadByOwner", "TaskSubtype"}
_SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}
_TEMPLATES = Environment(autoescape=True, loader=FileSystemLoader(Path(__file__).parent / "templates"))

type View = dict[str, Any]


class Pages:
    def __init__(self, org: Org) -> None:
        self._org = org
        self.routes = [
            Route("/", self._home),
            Route("/lightning/r/{object}/{id}/view", self._record),
        ]

    async def _home(self, request: Request) -> HTMLResponse:
        words = _words(request)
        lists = [self._list(self._org.schema[name], fields, words) for name, fields in _LISTS.items()]
        return _page("lists.liquid", words, lists=lists)

    async def _record(self, request: Request) -> HTMLResponse:
        words = _words(request)
        try:
            sobject = self._org.sobject(request.path_params["object"])
            record = self._org.read(sobject, request.path_params["id"])
        except Refused:
            return _page("missing.liquid", words, status=404)
        return _page("record.liquid", words, **self._view(sobject, record, words))

    def _list(self, sobject: SObject, names: tuple[str, ...], words: Words) -> View:
        fields = [field for name in names if (field := sobject.field(name))]
        newest = sorted(self._org.journal.all(sobject.name), key=lambda r: r.values["LastModifiedDate"], reverse=True)
        rows = []
        for record in newest[:_MOST]:
            cells = [self._cell(record, field, words) for field in fields]
            rows.append([{**cells[0], "link": _link(record)}, *cells[1:]])
        return {
            "title": words.say(sobject.plural),
            "name": sobject.name,
            "count": len(newest),
            "columns": [words.label(sobject.name, field) for field in fields],
            "rows": rows,
        }

    def _view(self, sobject: SObject, record: Record, words: Words) -> View:
        shown = [f for f in sobject.fields if f.name not in _HIDDEN and record.values.get(f.name) not in (None, False)]
        ours = sorted((f for f in shown if f.custom), key=_reading_order)
        system = [f for f in shown if f.name in _SYSTEM]
        details = [f for f in shown if f not in ours and f not in system]
        sections = (("Ripen", ours), (words.say("Details"), details), (words.say("System"), system))
        tasks = self._list(self._org.schema["Task"], ("Subject", "OwnerId", "Status", "CreatedDate"), words)
        return {
            "kind": words.say(sobject.label),
            "name": record.values.get("Name") or record.values.get("Subject") or record.id,
            "sections": [
                {
                    "title": title,
                    "lines": [{"label": words.label(sobject.name, f), **self._cell(record, f, words)} for f in fields],
                }
                for title, fields in sections
                if fields
            ],
            "has_tasks": sobject.name in ("Lead", "Contact"),
            "tasks": [row for row in tasks["rows"] if self._about(row, record)],
            "tasks_title": tasks["title"],
        }

    def _about(self, row: list[View], record: Record) -> bool:
        task = self._org.journal.get("Task", row[0]["link"].split("/")[-2])
        return task is not None and task.values.get("WhoId") == record.id

    def _cell(self, record: Record, field: Field, words: Words) -> View:
        """Return the view of a value: its text, its link and its style."""
        value = record.values.get(field.name)
        if value is None:
            return {"text": "", "look": field.type}
        match field.type:
            case "reference":
                return self._reference(value)
            case "datetime":
                return {"text": f"{datetime.fromisoformat(value).astimezone(ZONE):%Y-%m-%d %H:%M}", "look": "time"}
            case "double" | "currency":
                return {"text": f"{value:,.0f}", "look": "number"}
            case "boolean":
                return {"text": words.say("Yes" if value else "No"), "look": "text"}
            case "url" if str(value).startswith(("http://", "https://")):
                return {"text": value, "link": value, "look": "text"}
            case "picklist" if field.name == "Ripen_Rank__c":
                return {"text": words.say(value.title()), "look": f"rank {value}"}
            case "picklist":
                return {"text": words.say(value), "look": "text"}
            case _:
                return {"text": str(value), "look": field.type}

    def _reference(self, id: str) -> View:
        found = next((r for name in self._org.schema if (r := self._org.journal.get(name, id))), None)
        if found is None:
            return {"text": id, "look": "text"}
        return {
            "text": found.values.get("Name") or found.values.get("Subject") or id,
            "link": _link(found),
            "look": "text",
        }


def _reading_order(field: Field) -> tuple[int, str]:
    short = field.name.removeprefix("Ripen_").removesuffix("__c")
    return (_OURS.index(short) if short in _OURS else len(_OURS), short if short != "Key" else "~")


def _link(record: Record) -> str:
    return f"/lightning/r/{record.object}/{record.id}/view"


def _words(request: Request) -> Words:
    """Return the words in the language of ?lang=, else in the browser's."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    prefers = request.headers.get("accept-language", "").lower().startswith("ja")
    return Words(asked if asked in ("en", "ja") else "ja" if prefers else "en")


def _page(template: str, words: Words, status: int = 200, **view: Any) -> HTMLResponse:
    shown = _TEMPLATES.get_template(template).render(
        **view,
        language=words.language,
        say={text: words.say(text) for text in _SAID},
    )
    page = HTMLResponse(shown, status, _SAFE)
    page.set_cookie("lang", words.language)
    return page


_SAID = (
    "A local stand-in for Salesforce",
    "Nothing here yet.",
    "There is no such record.",
    "It may have been deleted, or the data of the local cloud was reset.",
    "Back to the lists",
    "No tasks.",
)
