"""Work on the agenda's shards: an error of AWS in one shard, or at one row, costs no other."""

from collections.abc import Callable
from dataclasses import dataclass

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

logger = Logger(child=True)


class ShardsFailed(Exception):
    """Some shards or rows could not be read or leased; the others were."""


@dataclass
class Failures:
    """Counts the calls that failed."""

    count: int = 0

    def attempt[A, R](self, call: Callable[[A], R], otherwise: R) -> Callable[[A], R]:
        """Return the call, which after an error of AWS logs it, counts it and returns `otherwise`."""

        def attempted(subject: A) -> R:
            try:
                return call(subject)
            except (BotoCoreError, ClientError):
                logger.exception("shard failed", subject=str(subject))
                self.count += 1
                return otherwise

        return attempted

    def raise_any(self) -> None:
        """Raise ShardsFailed if a call failed, so that the invocation counts as failed and its alarm sees it."""
        if self.count:
            raise ShardsFailed(f"{self.count} calls")
