"""Compare two bundles: journeys step by step, everything else part by part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from ripen.journey.routing import steps_by_id
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey

How = Literal["added", "changed", "removed"]
_KINDS = ("forms", "pages", "emails", "segments", "campaigns")
"""By name, a file each."""
_PARTS = [part for part in Bundle.__struct_fields__ if part not in ("hash", "format", "journeys", *_KINDS)]
_SHORT = 60


@dataclass(frozen=True)
class Change:
    """One changed part. `lines` say briefly what changed: "per_week: 3 → 5"."""

    name: str
    how: How
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class JourneyChange:
    name: str
    how: How
    steps: tuple[Change, ...] = ()
    lines: tuple[str, ...] = ()
    """Changes outside the steps: triggers, goal, exit."""


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
            yield Change(id, "changed", changed_values(old[id], step))
    yield from (Change(id, "removed") for id in old if id not in new)


def changed_values(was: Any, now: Any) -> tuple[str, ...]:
    """Return each value that differs, with its place: "until.days: 3 → 4"."""
    old, new = dict(_flat(msgspec.to_builtins(was))), dict(_flat(msgspec.to_builtins(now)))
    places = [*old, *(place for place in new if place not in old)]
    return tuple(
        f"{place}: {_short(old.get(place))} → {_short(new.get(place))}"
        for place in places
        if old.get(place) != new.get(place)
    )


def _journeys(old: Mapping[str, Journey], new: Mapping[str, Journey]) -> Iterator[JourneyChange]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield JourneyChange(name, "added", tuple(Change(step.id, "added") for step in new[name].steps))
        elif name not in new:
            yield JourneyChange(name, "removed", tuple(Change(step.id, "removed") for step in old[name].steps))
        elif old[name] != new[name]:
            yield JourneyChange(
                name, "changed", tuple(steps(old[name], new[name])), changed_values(_head(old[name]), _head(new[name]))
            )


def _head(journey: Journey) -> dict[str, Any]:
    """Return everything but the steps."""
    return {name: value for name, value in msgspec.to_builtins(journey).items() if name not in ("steps", "moves")}


def _others(live: Bundle | None, new: Bundle) -> Iterator[Change]:
    for part in _PARTS:
        was, now = getattr(live, part, None), getattr(new, part)
        if was != now:
            yield Change(part, "changed" if live else "added", changed_values(was, now) if live else ())
    for kind in _KINDS:
        old, names = getattr(live, kind, {}), getattr(new, kind)
        for name in sorted(old.keys() | names.keys()):
            if name not in old:
                yield Change(f"{kind}/{name}", "added")
            elif name not in names:
                yield Change(f"{kind}/{name}", "removed")
            elif old[name] != names[name]:
                yield Change(f"{kind}/{name}", "changed", changed_values(old[name], names[name]))


def _flat(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    match value:
        case dict() if value:
            for name, inside in value.items():
                yield from _flat(inside, f"{place}.{name}" if place else str(name))
        case list() | tuple() if value:
            for number, inside in enumerate(value):
                code = (
                    inside.get("code") or inside.get("name") or inside.get("id") if isinstance(inside, dict) else None
                )
                yield from _flat(inside, f"{place}[{code or number}]")
        case _:
            yield place, value


def _short(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    text = " ".join(str(value).split())
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
