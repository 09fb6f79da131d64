"""What a bench prints: a table for people and, last, one JSON line for scripts."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measure. `ratio` is to the floor and wants to be at most `bar`."""

    ratio: float
    bar: float
    cpu_ms: float
    floor_ms: float
    write_units: float | None = None


def show(bench: str, figures: dict[str, Figure], notes: str) -> int:
    """Prints all; the exit code: 1 where a ratio is over its bar."""
    print(f"\n{'':28}{'ratio':>7}{'bar':>6}{'CPU ms':>9}{'floor ms':>10}{'write units':>13}")
    for name, figure in figures.items():
        units = "" if figure.write_units is None else f"{figure.write_units:.1f}"
        over = "  over" if figure.ratio > figure.bar else ""
        print(
            f"{name:28}{figure.ratio:7.2f}{figure.bar:6.2f}{figure.cpu_ms:9.2f}{figure.floor_ms:10.2f}{units:>13}{over}"
        )
    print(f"\n{notes}\n")
    print(line(bench, figures), flush=True)
    return int(any(figure.ratio > figure.bar for figure in figures.values()))


def line(bench: str, figures: dict[str, Figure]) -> str:
    """{"bench": …, "figures": {name: {"ratio", "bar", "cpu_ms", "write_units"}}}"""
    return json.dumps({"bench": bench, "figures": {name: _rounded(figure) for name, figure in figures.items()}})


def _rounded(figure: Figure) -> dict[str, float | None]:
    return {
        "ratio": round(figure.ratio, 3),
        "bar": figure.bar,
        "cpu_ms": round(figure.cpu_ms, 3),
        "write_units": None if figure.write_units is None else round(figure.write_units, 2),
    }
