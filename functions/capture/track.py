"""GET /ripen.js: the script that a site includes. POST and OPTIONS /track: its beacons, in one durable write.

A beacon is validated and put on a queue of its own, so that a busy site never delays a form; capture.beacons does the
rest. A browser that sends Sec-GPC (Global Privacy Control) is not tracked.
"""

import os
from copy import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from ripen.adapters import gateway
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.gateway import Request, Response
from ripen.adapters.playbook import Live, Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.table import Table
from ripen.adapters.unavailable import answer_503
from ripen.errors import Rejected
from ripen.ports import Post
from ripen.tracking.beacon import MAX_EVENTS_A_DAY, read_beacon
from ripen.tracking.recent_counts import RecentCounts
from ripen.tracking.visit import tracked_hosts

table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
track = Queue(os.environ["BEACONS_QUEUE"])
logger = Logger()
events = RecentCounts(timedelta(days=1), MAX_EVENTS_A_DAY)

SCRIPT = Path(__file__).with_name("ripen.js").read_text("utf-8")
_SCRIPT_HEADERS = {
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=3600",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}
_PREFLIGHT = {
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "content-type",
    "access-control-max-age": "600",
}
_NOT_TRACKED = "this site is not tracked"


@answer_503
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    request = gateway.request(event)
    if request.method in ("GET", "HEAD"):
        return gateway.respond(200, SCRIPT, _SCRIPT_HEADERS)
    now = clock.now()
    return serve(request, Dependencies(track, playbook.live(), now, events, clock.ahead))


class Dependencies(Struct, frozen=True):
    """`events` counts the events of each visitor on one day. `now` is `ahead` of the wall clock, locally."""

    track: Post
    live: Live
    now: datetime
    events: RecentCounts
    ahead: timedelta = timedelta()


def serve(request: Request, dependencies: Dependencies) -> Response:
    """Answer 204 once the beacon is queued or must not be tracked, and 4xx with a reason for a malformed one."""
    known = _hosts(request, dependencies.live)
    cors = _cors(request, known)
    if not known or cors is None:
        return gateway.answer({"error": _NOT_TRACKED, "field": ""}, 403, {"vary": "Origin"})
    if request.method == "OPTIONS":
        return gateway.respond(204, "", cors | _PREFLIGHT)
    if request.headers.get("sec-gpc") == "1":
        return gateway.respond(204, "", cors)
    try:
        agent = request.headers.get("user-agent", "")
        beacon = read_beacon(request.body, dependencies.now, known, agent, ahead=dependencies.ahead)
        room = dependencies.events.take(beacon.visitor, dependencies.now, len(beacon.events))
        if room:
            within = replace(beacon, events=beacon.events[:room])
            dependencies.track.post(msgspec.json.encode(within).decode())
    except Rejected as rejected:
        return gateway.answer({"error": rejected.reason, "field": rejected.field}, rejected.status, cors)
    except (BotoCoreError, ClientError):
        logger.exception("beacon not queued")
        return gateway.answer({"error": "please try again in a minute", "field": ""}, 503, cors | {"retry-after": "60"})
    return gateway.respond(204, "", cors)


def _hosts(request: Request, live: Live) -> frozenset[str]:
    """Return the hosts that are tracked: our own by any of its names, and those that the playbook lists."""
    tracking = live.bundle.tracking
    return tracked_hosts(tracking, live.site) | {request.host} if tracking else frozenset()


def _cors(request: Request, known: frozenset[str]) -> dict[str, str] | None:
    """Return the headers for the site that sent it; None if it is no site of the company."""
    origin = request.headers.get("origin", "")
    if not origin:
        return {"vary": "Origin"}
    scheme, _, site = origin.partition("://")
    if scheme not in ("http", "https") or site not in known or not site.isascii():
        return None
    return {"vary": "Origin", "access-control-allow-origin": origin}
