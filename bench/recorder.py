"""Record every call that this process makes to AWS, so that the floor can repeat it."""

from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config

_CONFIG = Config(  # the same as ours, without parameter validation, so that the difference is our own code
    connect_timeout=2,
    read_timeout=5,
    retries={"total_max_attempts": 4, "mode": "standard"},
    parameter_validation=False,
)

Call = tuple[str, str, dict[str, Any]]


class Recorder:
    """Records calls. Create it before the clients whose calls it records."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._on = True
        boto3.setup_default_session()
        boto3.DEFAULT_SESSION.events.register("before-parameter-build", self._note)
        self._clients: dict[str, Any] = {}

    def take(self) -> list[Call]:
        """Return the calls since the last time."""
        calls, self.calls = self.calls, []
        return calls

    def replay(self, calls: list[Call]) -> None:
        """Repeat the calls in the same order with plain boto3, without recording them."""
        self._on = False
        for service, verb, params in calls:
            if service not in self._clients:
                self._clients[service] = boto3.client(service, config=_CONFIG)
            getattr(self._clients[service], verb)(**params)
        self._on = True

    def woken(self) -> str:
        """Return the ref in the latest wake-up."""
        return next(
            str(params["Entries"][0]["MessageBody"])
            for _, verb, params in reversed(self.calls)
            if verb == "send_message_batch"
        )

    def posted(self) -> str:
        """Return the latest message that is not a wake-up."""
        return next(str(params["MessageBody"]) for _, verb, params in reversed(self.calls) if verb == "send_message")

    def wrote(self, kind: str) -> str:
        """Return the ref of the latest row of a kind."""
        items = [
            put["Item"]
            for _, verb, params in reversed(self.calls)
            for put in ([params] if verb == "put_item" else _puts(params) if verb == "transact_write_items" else [])
        ]
        return next(f"{item['pk']['S']}|{item['sk']['S']}" for item in items if item["sk"]["S"].startswith(kind))

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self._on:
            self.calls.append((model.service_model.service_name, xform_name(model.name), params))


def _puts(params: dict[str, Any]) -> list[dict[str, Any]]:
    return [change["Put"] for change in params["TransactItems"] if "Put" in change]
