"""The parts of `make test-long`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.support import firefox, spamassassin


@dataclass(frozen=True)
class Part:
    name: str
    shows: str
    tests: Sequence[str]
    minutes: int
    """After so many minutes the part is stopped, and has failed."""
    environment: dict[str, str] = field(default_factory=dict)
    missing: Callable[[], str] = lambda: ""
    """Installs what only this part needs, and returns why that is not possible, or ""."""


PARTS = (
    Part(
        "mutants",
        "each broken rule of the core is noticed by a test",
        ("tests/long/test_mutants.py",),
        minutes=25,
    ),
    Part("soak", "nothing is lost or doubled under random faults", ("tests/long/test_soak.py",), minutes=40),
    Part("screens", "axe finds no mistake on any screen", ("tests/long/test_screens.py",), minutes=20),
    Part("lighthouse", "Lighthouse's scores of the landing pages", ("tests/long/test_lighthouse.py",), minutes=30),
    Part("ten-million", "what reads cost at ten million rows", ("tests/long/test_ten_million.py",), minutes=5),
    Part("benches", "the long benches run to their end", ("tests/long/test_benches.py",), minutes=10),
    Part("sdks", "the providers' own clients understand our stand-ins", ("tests/long/test_sdks.py",), minutes=10),
    Part(
        "spam",
        "SpamAssassin finds nothing in the example mails",
        ("tests/long/test_spam.py",),
        minutes=5,
        missing=spamassassin.missing,
    ),
    Part(
        "firefox",
        "the page tests in Firefox",
        ("tests/browser",),
        minutes=30,
        environment={"BROWSER": "firefox"},
        missing=firefox.missing,
    ),
)


def chosen(names: str) -> list[Part]:
    """Return the named parts (separated by commas or spaces), or all. Raise LookupError for a name that is none."""
    wanted = names.replace(",", " ").split()
    known = [part.name for part in PARTS]
    if unknown := sorted(set(wanted) - set(known)):
        raise LookupError(f"No such part: {', '.join(unknown)}. The parts are: {', '.join(known)}.")
    return [part for part in PARTS if part.name in wanted or not wanted]
