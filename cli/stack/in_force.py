"""Wait until every function uses a new playbook."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import sleep

from rich.console import Console

from cli.output.language import say


def wait_with(screen: Console) -> Callable[[datetime], None]:
    """Return a function that waits until that time and shows why."""

    def wait(until: datetime) -> None:
        text = say(
            "Waiting a few seconds until every function uses it",
            "すべての処理が新しいプレイブックを使うまで数秒待っています",
        )
        with screen.status(text):
            sleep(max((until - datetime.now(UTC)).total_seconds(), 0))

    return wait
