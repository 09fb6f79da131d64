"""The points at which a process can be killed."""

from dataclasses import dataclass
from itertools import zip_longest

from tests.support.killable_worker import READS


@dataclass(frozen=True)
class Kill:
    """Kill the function in its nth invocation of a chapter, before or after its nth call that changes something."""

    function: str
    chapter: int
    invocation: int
    change: int
    moment: str

    def __str__(self) -> str:
        return f"{self.function}[{self.chapter}.{self.invocation}] {self.moment} change {self.change}"


@dataclass
class Ran:
    """One invocation and its calls to outside systems."""

    function: str
    chapter: int
    number: int
    calls: list[str]


def points(ran: list[Ran]) -> list[Kill]:
    """Return one point per path of each function's invocations. The two mails count apart: their classes differ."""
    seen, kills = set(), []
    for each in ran:
        way = (each.function, tuple(sorted(each.calls)))
        if way in seen and each.function != "nurture.deliver":
            continue
        seen.add(way)
        changes = sum(not name.startswith(READS) for name in each.calls)
        kills += [Kill(each.function, each.chapter, each.number, 1, "before")] if changes else []
        kills += [Kill(each.function, each.chapter, each.number, n, "after") for n in range(1, changes + 1)]
    return kills


def together(kills: list[Kill]) -> list[tuple[Kill, ...]]:
    """Group the points: each story gets one per chapter. No work goes on from one chapter to the next."""
    chapters = {kill.chapter: [each for each in kills if each.chapter == kill.chapter] for kill in kills}
    return [tuple(kill for kill in struck if kill) for struck in zip_longest(*chapters.values())]
