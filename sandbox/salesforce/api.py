"""The REST API: route each call to its answer, the parts of a composite call too."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.salesforce import composite, describe, records, rows
from sandbox.salesforce.call import Answer, Call
from sandbox.salesforce.org import Org
from sandbox.salesforce.query_pages import QueryPages
from sandbox.salesforce.refused import Refused, not_found
from sandbox.salesforce.usage import Usage


class Api:
    def __init__(self, org: Org, usage: Usage, now: Callable[[], datetime]) -> None:
        self._org = org
        self._usage = usage
        self._queries = QueryPages(now)

    def answer(self, call: Call) -> Answer:
        """Answer one call; a refusal is an answer too."""
        try:
            with self._org.journal.atomic():
                return self._answer(call)
        except Refused as refused:
            return Answer(refused.status, refused.body())

    def _answer(self, call: Call) -> Answer:
        assigns = call.headers.get("sforce-auto-assign", "").upper() != "FALSE"
        org = self._org.acting(call.user, assigns)
        match call.method, *call.steps:
            case "GET", "sobjects":
                listed = [describe.short(s, call) for s in org.schema.values()]
                return Answer(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed})
            case "GET", "sobjects", name, "describe":
                return Answer(200, describe.full(org.sobject(name), call))
            case _, "sobjects", name, *rest:
                return records.answer(org, call, name, rest)
            case "GET", "query" | "queryAll" as kind:
                return self._queries.first(org, call, deleted=kind == "queryAll")
            case "GET", "query" | "queryAll", locator:
                return self._queries.more(call, locator)
            case "POST", "composite":
                return composite.answer(self.answer, org.journal, call)
            case _, "composite", "sobjects", *rest:
                return rows.answer(org, call, rest)
            case "GET", "limits":
                return self._limits(org)
            case ("GET",):
                return Answer(200, self._resources(call))
            case _:
                raise not_found()

    def _limits(self, org: Org) -> Answer:
        if not org.may("ViewSetup"):
            raise Refused("FORBIDDEN", "You do not have access to this resource", status=403)
        return Answer(200, self._usage.limits())

    def _resources(self, call: Call) -> dict[str, Any]:
        return {name: f"{call.base}/{name}" for name in ("sobjects", "query", "queryAll", "composite", "limits")}
