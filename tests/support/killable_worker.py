"""Run functions as Lambda does: each invocation in a process of its own, which can be killed for real.

This process imports every handler once and forks for each invocation. A child starts cold, as Lambda's first call does,
but without the wait. It reports each call to an outside system, and numbers those that may change something. At the
given number it ends at once (`os._exit`), so that no handler, no `finally` and no other thread runs after it.

In, one line each:  a list of {"function", "event", "die": [number, "before" | "after"] | null, "patience": seconds}
Out, one line each: a list of {"calls": [name, …], "answer": … | null, "killed": true | false}
"""

import gc
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from urllib.request import OpenerDirector

import boto3
import requests.adapters
from botocore.config import Config
from botocore.httpsession import URLLib3Session

import ripen.adapters.aws
import ripen.adapters.clock
import ripen.adapters.salesforce.connection
import ripen.adapters.ses.mailer
import ripen.adapters.slack.web_api
import ripen.agenda
from ripen.adapters.salesforce.connection import Connection
from tests.support.sqs_events import LambdaContext

FUNCTIONS = (
    "capture.form",
    "score.react",
    "score.sync",
    "nurture.tick",
    "nurture.advance",
    "nurture.deliver",
    "nurture.feedback",
    "notify.alert",
    "notify.slack",
    "notify.act",
)
"""The functions of a lead's story."""
OF_A_VISIT = ("capture.track", "capture.beacons", "capture.webhook", "capture.link", "nurture.preferences")
"""The functions that only a visitor's story needs."""
LOADED_LATE = (
    "email_validator",
    "netrc",
    "phonenumbers.data.region_JP",
    "ripen.playbook.limited_liquid",
    "simple_salesforce",
)
"""Modules that functions import lazily: imported once here, not by each child."""
READS = (
    "BatchGetItem",
    "GetItem",
    "GetSecretValue",
    "GET /",
    "Query",
    "/services/oauth2/token",
    "/services/data/v62.0/composite read",
    "/api/conversations.",
    "/api/users.info",
)
"""Prefixes of the names of calls that change nothing. All other calls count as changes."""
_KILLED = 137


@dataclass
class Calls:
    """Numbers this process's changes outside, and ends the process at a given number."""

    report: int = -1
    die: tuple[int, str] = (0, "")
    count: int = 0
    lock: Lock = field(default_factory=Lock)

    def __call__[T](self, name: str, call: Callable[[], T]) -> T:
        os.write(self.report, f"{name}\n".encode())
        if name.startswith(READS):
            return call()
        with self.lock:
            self.count += 1
            number = self.count
        if self.die == (number, "before"):
            os._exit(_KILLED)
        try:
            return call()
        finally:
            if self.die == (number, "after"):
                os._exit(_KILLED)


calls = Calls()


def number() -> None:
    """Count every call over botocore, requests (Salesforce) and urllib (Slack) from here on."""
    aws, salesforce, slack = URLLib3Session.send, requests.adapters.HTTPAdapter.send, OpenerDirector.open

    def over_botocore(self: Any, request: Any) -> Any:
        return calls(aws_name(request), lambda: aws(self, request))

    def over_requests(self: Any, request: Any, **more: Any) -> Any:
        return calls(salesforce_name(request), lambda: salesforce(self, request, **more))

    def over_urllib(self: Any, asked: Any, *more: Any, **named: Any) -> Any:
        return calls(urlsplit(asked.full_url).path, lambda: slack(self, asked, *more, **named))

    URLLib3Session.send = over_botocore
    requests.adapters.HTTPAdapter.send = over_requests  # type: ignore[method-assign,assignment]
    OpenerDirector.open = over_urllib  # type: ignore[method-assign,assignment]


def aws_name(request: Any) -> str:
    target = request.headers.get("X-Amz-Target", b"")
    named = target.decode() if isinstance(target, bytes) else str(target)
    path = str(urlsplit(request.url).path)
    return named.rpartition(".")[2] or f"{request.method} {path}"


def salesforce_name(request: Any) -> str:
    """Return the name of a call; a composite call reads or writes, which its address does not show."""
    path = str(urlsplit(request.url).path)
    if not path.endswith("/composite"):
        return path
    parts = json.loads(request.body)["compositeRequest"]
    return f"{path} {'read' if all(part['method'] == 'GET' for part in parts) else 'write'}"


def be_impatient(seconds: float) -> None:
    """Shorten the timeouts for outside systems, whose faults last longer than a test should."""
    once = {"total_max_attempts": 1, "mode": "standard"}
    ripen.adapters.ses.mailer._CONFIG = Config(connect_timeout=seconds, read_timeout=seconds, retries=once)
    ripen.adapters.slack.web_api.TIMEOUT_SECONDS = seconds  # type: ignore[assignment]
    ripen.adapters.salesforce.connection._ANSWER_SECONDS = seconds  # type: ignore[assignment]
    Connection._seconds = lambda connection, subrequests: seconds  # type: ignore[assignment, method-assign, return-value]


def invoke(asked: dict[str, Any], report: int) -> None:
    """Run one invocation in the child, and end the process."""
    calls.report, calls.count = report, 0
    calls.die = (asked["die"][0], asked["die"][1]) if asked["die"] else (0, "")
    be_impatient(asked["patience"])
    handler = sys.modules[asked["function"]].handler
    answer = handler(asked["event"], LambdaContext())
    os.write(report, f"={json.dumps(answer)}\n".encode())
    os._exit(0)


def fork(asked: dict[str, Any]) -> tuple[int, int]:
    """Fork a child for one invocation; return its process id and the file descriptor of its report."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    os.close(reading)
    os.dup2(2, 1)  # keep its logs out of our answers
    try:
        invoke(asked, writing)
    finally:
        traceback.print_exc()
        os._exit(1)


def report_of(child: int, reading: int) -> dict[str, Any]:
    with os.fdopen(reading) as report:
        lines = report.read().splitlines()
    _, status = os.waitpid(child, 0)
    answers = [json.loads(line[1:]) for line in lines if line.startswith("=")]
    return {
        "calls": [line for line in lines if not line.startswith("=")],
        "answer": answers[0] if answers else None,
        "killed": os.waitstatus_to_exitcode(status) == _KILLED,
    }


def main() -> None:
    ripen.agenda.SHARDS = 2  # a tick queries 4 shards instead of 128
    ripen.adapters.clock._MAX_AGE_SECONDS = 1e9  # read the clock once per process, so that calls keep their numbers
    for module in (*FUNCTIONS, *OF_A_VISIT, *LOADED_LATE):
        importlib.import_module(module)
    boto3.client("sesv2")  # botocore reads a service's model once, not in each child
    ripen.adapters.aws.client = cache(ripen.adapters.aws.client)
    for service in ("s3", "secretsmanager"):
        ripen.adapters.aws.client(service)
    number()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        children = [fork(asked) for asked in json.loads(line)]
        print(json.dumps([report_of(*child) for child in children]), flush=True)


if __name__ == "__main__":
    main()
