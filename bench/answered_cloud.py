"""The functions on boto3 clients that are answered in this process, each call with a latency."""

from collections import Counter
from collections.abc import Mapping

from bench.answered_clients import AnsweredClients
from bench.memory_cloud import MemoryCloud

SECONDS = {
    "get_item": 0.005,
    "batch_get_item": 0.005,
    "query": 0.005,
    "put_item": 0.01,
    "update_item": 0.01,
    "transact_write_items": 0.02,
    "send_message_batch": 0.01,
    "send_email": 0.1,
    "get_account": 0.1,
}
"""The latency of each call."""


class AnsweredCloud(MemoryCloud):
    """Counts the calls of all clients."""

    def __init__(self) -> None:
        self._clients = AnsweredClients(SECONDS)
        super().__init__()

    @property
    def calls(self) -> Counter[str]:
        """The calls to AWS, by verb."""
        return self._clients.calls

    @property
    def answering(self) -> float:
        """Seconds of CPU time that the answers took."""
        return self._clients.own_cpu


def waits(calls: Mapping[str, float]) -> float:
    """Return the seconds that these calls, given by verb, wait for AWS."""
    return sum(SECONDS[verb] * count for verb, count in calls.items())
