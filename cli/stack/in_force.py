"""Wait until every function uses a new playbook."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import sleep

from rich.console import Console


def wait_with(screen: Console) -> Callable[[datetime], None]:
    """Return a function that waits until that time and shows why."""

    def wait(until: datetime) -> None:
        with screen.status("Waiting until every function knows it, a few seconds"):
            sleep(max((until - datetime.now(UTC)).total_seconds(), 0))

    return wait
