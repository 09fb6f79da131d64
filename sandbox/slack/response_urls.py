"""The addresses at which Slack takes answers to a press or a command: five of them, within 30 minutes.

local-slack names its own address and takes answers for ever, so each request to our app is given ours and signed anew.

Source: docs.slack.dev, "Handling user interaction"; "Verifying requests from Slack".
"""

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from urllib.parse import quote

_ID = re.compile(rb"_hooks%2Fresponse%2F([A-Za-z0-9_.-]+)")


@dataclass
class _Use:
    since: float
    count: int = 0


class ResponseUrls:
    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._uses: dict[str, _Use] = {}

    def readdressed(self, body: bytes, ours: str, secret: str, timestamp: str) -> tuple[bytes, str]:
        """Return the form with our address in place of local-slack's, and its signature."""
        theirs, mine = (quote(f"{address}/_hooks/", safe="").encode() for address in (self._upstream, ours))
        changed = body.replace(theirs, mine)
        for id in _ID.findall(changed):
            self._uses[f"/_hooks/response/{id.decode()}"] = _Use(since=time.monotonic())
        signature = hmac.new(secret.encode(), b"v0:%b:%b" % (timestamp.encode(), changed), hashlib.sha256)
        return changed, f"v0={signature.hexdigest()}"

    def refusal(self, path: str, seconds: float, most: int) -> str:
        """Return Slack's error for one more answer at this address, "" if it is taken."""
        use = self._uses.get(path)
        if use is None or time.monotonic() - use.since >= seconds:
            return "expired_url"
        use.count += 1
        return "used_url" if use.count > most else ""
