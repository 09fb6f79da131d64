"""Stand-ins for the ports: real behaviour in memory, no mocks."""

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
        """move(days=3)"""
        self.at += timedelta(**delta)


@dataclass
class FakeQueue:
    """Remembers who was woken, and after how long."""

    woken: list[Ref] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        self.woken += refs
        self.delays += [delay] * len(refs)


@dataclass
class FakePost:
    """Remembers what was to be kept."""

    kept: list[str] = field(default_factory=list)

    def post(self, message: str) -> None:
        self.kept.append(message)


class Listening(Handler):
    """Within `with`, what a Powertools logger says, with all that goes along."""

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
