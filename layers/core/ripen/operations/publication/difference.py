"""Compare two bundles: which steps of journeys differ, and which other parts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ripen.journey.routing import steps_by_id
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey

How = Literal["added", "changed", "removed"]
_KINDS = ("forms", "pages", "emails", "segments", "campaigns")
"""By name, a file each."""
_PARTS = [part for part in Bundle.__struct_fields__ if part not in ("hash", "format", "journeys", *_KINDS)]


@dataclass(frozen=True)
class Change:
    name: str
    how: How


@dataclass(frozen=True)
class JourneyChange:
    name: str
    how: How
    steps: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Difference:
    journeys: tuple[JourneyChange, ...]
    others: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.journeys or self.others)


def difference(live: Bundle | None, new: Bundle) -> Difference:
    """Return every change from `live` to `new`. `live` is None if nothing has been published yet."""
    journeys = live.journeys if live else {}
    return Difference(tuple(_journeys(journeys, new.journeys)), tuple(_others(live, new)))


def steps(was: Journey, now: Journey) -> Iterator[Change]:
    """Yield changed steps by id, in the order of the files. A step with another next step has changed too."""
    old, new = steps_by_id(was), steps_by_id(now)
    for id, step in new.items():
        if id not in old:
            yield Change(id, "added")
        elif old[id] != step:
            yield Change(id, "changed")
    yield from (Change(id, "removed") for id in old if id not in new)


def _journeys(old: Mapping[str, Journey], new: Mapping[str, Journey]) -> Iterator[JourneyChange]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield JourneyChange(name, "added", tuple(Change(step.id, "added") for step in new[name].steps))
        elif name not in new:
            yield JourneyChange(name, "removed", tuple(Change(step.id, "removed") for step in old[name].steps))
        elif old[name] != new[name]:
            yield JourneyChange(name, "changed", tuple(steps(old[name], new[name])))


def _others(live: Bundle | None, new: Bundle) -> Iterator[Change]:
    for part in _PARTS:
        was, now = getattr(live, part, None), getattr(new, part)
        if was != now:
            yield Change(part, "changed" if live else "added")
    for kind in _KINDS:
        old, names = getattr(live, kind, {}), getattr(new, kind)
        for name in sorted(old.keys() | names.keys()):
            if name not in old:
                yield Change(f"{kind}/{name}", "added")
            elif name not in names:
                yield Change(f"{kind}/{name}", "removed")
            elif old[name] != names[name]:
                yield Change(f"{kind}/{name}", "changed")
