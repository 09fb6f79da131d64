"""The answer of a function that is Unavailable: nothing is published yet, or newer code wrote what it reads.

A public path answers 503, so that browsers and providers try again. A worker leaves its row due: ripen.adapters.batch.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from ripen.adapters import gateway
from ripen.adapters.gateway import Response
from ripen.errors import Unavailable

_LATER = (
    "<!doctype html><meta charset=utf-8><title>503</title>"
    "<p lang=ja>ただいま表示できません。1分ほど待ってから、もう一度お試しください。</p>"
    "<p lang=en>We cannot show this right now. Please try again in a minute.</p>"
)
_RETRY = {"retry-after": "60"}
_reported: set[str] = set()


def report(error: Unavailable) -> None:
    """Count the error, and log it once for each process and text."""
    from aws_lambda_powertools import Logger, single_metric  # slow to load, and hardly ever needed
    from aws_lambda_powertools.metrics import MetricUnit

    with single_metric("Unavailable", MetricUnit.Count, 1):
        if str(error) not in _reported:
            _reported.add(str(error))
            Logger(child=True).error("unavailable", error=type(error).__name__, found=str(error))


def answer_503[C](handler: Callable[[dict[str, Any], C], Response]) -> Callable[[dict[str, Any], C], Response]:
    """Decorate the handler of a public path, so that it answers 503 with Retry-After when it raises Unavailable."""

    @wraps(handler)
    def answering(event: dict[str, Any], context: C) -> Response:
        try:
            return handler(event, context)
        except Unavailable as error:
            report(error)
        if gateway.request(event).from_browser:
            return gateway.page(_LATER, 503, _RETRY)
        return gateway.answer({"error": "please try again in a minute", "field": ""}, 503, _RETRY)

    return answering
