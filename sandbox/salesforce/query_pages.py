"""Answer queries page by page."""

import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from secrets import token_hex

from sandbox.salesforce.call import Answer, Call
from sandbox.salesforce.org import Org
from sandbox.salesforce.paths import Row
from sandbox.salesforce.query import Asked
from sandbox.salesforce.refused import Refused

_OPEN = 10  # open cursors per user, as on Salesforce


class QueryPages:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._cursors: OrderedDict[str, list[Row]] = OrderedDict()

    def first(self, org: Org, call: Call, deleted: bool) -> Answer:
        """Return the first page. Raises Refused."""
        source = call.query.get("q", "")
        if not source:
            raise Refused("MALFORMED_QUERY", "A query string has to be specified")
        asked = Asked(org, source, call.base, self._now(), deleted)
        found = asked.matching()
        if not asked.query.paths:
            return Answer(200, {"totalSize": len(found), "done": True, "records": []})
        return self._page(call, "01g" + token_hex(6) + "AAA", [asked.row(r) for r in found], 0)

    def more(self, call: Call, locator: str) -> Answer:
        """Return another page. Raises Refused."""
        id, _, start = locator.rpartition("-")
        if id not in self._cursors or not start.isdigit():
            raise Refused("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(call, id, self._cursors[id], int(start))

    def _page(self, call: Call, id: str, rows: list[Row], start: int) -> Answer:
        end = start + _size(call)
        page = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[start:end]}
        if end < len(rows):
            self._cursors[id] = rows
            while len(self._cursors) > _OPEN:
                self._cursors.popitem(last=False)
            page["nextRecordsUrl"] = f"{call.base}/query/{id}-{end}"
        return Answer(200, page)


def _size(call: Call) -> int:
    asked = re.search(r"batchSize=(\d+)", call.headers.get("sforce-query-options", ""))
    return min(max(int(asked[1]), 200), 2000) if asked else 2000
