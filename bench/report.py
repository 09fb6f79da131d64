"""Print the result of a bench: a table for people and, last, one JSON line for scripts."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One result. `ratio` is relative to the floor and should be at most `bar`."""

    ratio: float
    bar: float
    cpu_ms: float
    floor_ms: float
    write_units: float | None = None
    per_second: float | None = None
    """Throughput of one core, for bulk work."""


def show(bench: str, figures: dict[str, Figure], notes: str) -> int:
    """Print all figures and return the exit code: 1 if a ratio is over its bar."""
    print(f"\n{'':28}{'ratio':>7}{'bar':>6}{'CPU ms':>9}{'floor ms':>10}{'write units':>13}{'per second':>12}")
    for name, figure in figures.items():
        units = "" if figure.write_units is None else f"{figure.write_units:.1f}"
        many = "" if figure.per_second is None else f"{figure.per_second:,.0f}"
        over = "  over" if figure.ratio > figure.bar else ""
        print(
            f"{name:28}{figure.ratio:7.2f}{figure.bar:6.2f}{figure.cpu_ms:9.2f}{figure.floor_ms:10.2f}{units:>13}{many:>12}{over}"
        )
    print(f"\n{notes}\n")
    print(line(bench, figures), flush=True)
    return int(any(figure.ratio > figure.bar for figure in figures.values()))


def line(bench: str, figures: dict[str, Figure]) -> str:
    """Return {"bench": …, "figures": {name: {"ratio", "bar", "cpu_ms", "write_units", "per_second"?}}} as JSON."""
    return json.dumps({"bench": bench, "figures": {name: _rounded(figure) for name, figure in figures.items()}})


def _rounded(figure: Figure) -> dict[str, float | None]:
    rounded: dict[str, float | None] = {
        "ratio": round(figure.ratio, 3),
        "bar": figure.bar,
        "cpu_ms": round(figure.cpu_ms, 3),
        "write_units": None if figure.write_units is None else round(figure.write_units, 2),
    }
    return rounded if figure.per_second is None else rounded | {"per_second": round(figure.per_second)}
