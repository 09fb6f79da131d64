"""The ports in memory, with real behaviour: no mocks."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from logging import Handler, LogRecord, getLogger

from aws_lambda_powertools import Logger

from ripen.agenda import Ref

NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
"""Noon in Tokyo, a Saturday."""


@dataclass
class FakeClock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def move(self, **delta: float) -> None:
        """Move the clock forward, for example by days=3."""
        self.at += timedelta(**delta)


@dataclass
class FakeQueue:
    """Records the refs that were woken, and their delays."""

    woken: list[Ref] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        self.woken += refs
        self.delays += [delay] * len(refs)


@dataclass
class FakePost:
    """Records the messages that were posted."""

    kept: list[str] = field(default_factory=list)

    def post(self, message: str) -> None:
        self.kept.append(message)


class LogCapture(Handler):
    """Records the lines of a Powertools logger, with all their fields, for as long as the block lasts."""

    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self._logger = getLogger(logger.name)
        self.said: list[str] = []

    def emit(self, record: LogRecord) -> None:
        self.said.append(repr(vars(record)))

    def __enter__(self) -> list[str]:
        self._logger.addHandler(self)
        return self.said

    def __exit__(self, *error: object) -> None:
        self._logger.removeHandler(self)
