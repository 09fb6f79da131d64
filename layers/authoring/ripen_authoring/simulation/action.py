"""An event that the lead of a simulation performs, and what all actions need."""

from collections.abc import Mapping
from dataclasses import dataclass

from ripen.adapters.table import Create, keys
from ripen.failure import Failure
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind
from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.simulation.events import ScenarioEvent
from ripen_authoring.simulation.simulator import Simulator

CORRECT_EVENT = Words("Correct the event.", "行動の書き方を直してください。")
"""The remedy for an event that names something unknown."""


class ImpossibleEvent(Exception):
    """The event cannot happen now: for example, a link is clicked in a mail that has not been sent."""

    def __init__(self, reason: Words) -> None:
        self.reason = reason
        super().__init__(reason.en)


@dataclass(frozen=True)
class Action:
    """An event, performed by the lead at the simulator's time. `number` is its place in the scenario."""

    event: ScenarioEvent
    simulator: Simulator
    lead: str
    number: int

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words after the verb."""
        return self.event.words

    @property
    def name(self) -> str:
        """Return the first word after the verb. Raise Failure where there is none."""
        if not self.words:
            raise Failure(
                Words(f"{self.event.written!r} needs a name.", f"{self.event.written!r} には名前が必要です。"),
                self.event.remedy,
            )
        return self.words[0]

    def name_among(self, names: Mapping[str, object]) -> str:
        """Return the first word after the verb. Raise Failure where it is not one of the names."""
        if self.name not in names:
            hint, written = nearest(self.name, names), self.event.written
            raise Failure(
                Words(
                    f"In {written!r}: there is no {self.name!r}{hint.en}",
                    f"{written!r}: {self.name!r} はありません{hint.ja}",
                ),
                CORRECT_EVENT,
            )
        return self.name


def pairs(words: tuple[str, ...], written: str) -> dict[str, str]:
    """Return the values by name. Raise Failure for a word that is not field=value."""
    for word in words:
        if "=" not in word:
            raise Failure(
                Words(
                    f"In {written!r}: {word!r} is not field=value.",
                    f"{written!r}: {word!r} は「項目=値」の形ではありません。",
                ),
                Words('Write e.g. set company="Acme"', '書き方の例: set company="Acme"'),
            )
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def record_activity(
    kind: Kind, subject: str, simulator: Simulator, lead: str, number: int, facts: dict[str, str] | None = None
) -> None:
    """Write an activity of the lead and wake its worker."""
    now = simulator.clock.now()
    id = digest("did", kind, subject, number)
    activity = Activity(id=id, lead=lead, kind=kind, at=now, received=now, subject=subject, facts=facts or {})
    key = keys.activity(lead, now, activity.id)
    simulator.table.write(Create(key, activity, due=now))
    simulator.queue.wake(key.ref)
