"""The stack that a command talks to."""

from pathlib import Path
from typing import Any

import pytest

from cli.stack.stack import connect
from ripen.adapters import aws
from ripen.failure import Failure


class CloudFormation:
    """An account with one stack, which has these outputs."""

    def __init__(self, *outputs: str) -> None:
        self._outputs = [{"OutputKey": name, "OutputValue": name} for name in outputs]

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {"Stacks": [{"Outputs": self._outputs} if self._outputs else {}]}


@pytest.mark.parametrize("outputs", [(), ("Bucket",), ("Table", "Bucket", "Secret", "ApiUrl", "Queues")])
def test_stack_without_the_outputs_of_ripen_is_refused(
    outputs: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RIPEN_LOCAL", str(tmp_path))
    monkeypatch.setenv("RIPEN_STACK", "shop")
    monkeypatch.setattr(aws, "client", lambda service: CloudFormation(*outputs))
    with pytest.raises(Failure, match="The stack 'shop' is not a complete stack of Ripen: it has no output ") as failed:
        connect()
    assert failed.value.what.endswith("Tick.")
    assert "--stack" in failed.value.next_step
    assert "スタック 'shop'" in failed.value.in_language("ja")[0]
