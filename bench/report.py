"""Print the result of a bench: a table for people and, last, one JSON line for scripts."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One result. `ratio` is relative to the floor and should be at most `bar`.

    Where there are few calls, the ratio tells little: `own_bar_ms` is the most CPU time of our own code, above the
    floor.
    """

    ratio: float
    bar: float
    cpu_ms: float
    floor_ms: float
    own_bar_ms: float | None = None
    per_second: float | None = None
    """Throughput of one core, for bulk work."""

    @property
    def own_ms(self) -> float:
        return self.cpu_ms - self.floor_ms

    @property
    def is_over(self) -> bool:
        return self.ratio > self.bar or (self.own_bar_ms is not None and self.own_ms > self.own_bar_ms)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The cost of an activity on AWS, and its bars."""

    write_units: float
    read_units: float
    requests: float
    write_units_bar: float
    requests_bar: float | None = None

    @property
    def is_over(self) -> bool:
        has_too_many = self.requests_bar is not None and self.requests > self.requests_bar
        return self.write_units > self.write_units_bar or has_too_many


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How much is done in a second, and how much it should be at least."""

    per_second: float
    bar: float


@dataclass(frozen=True, kw_only=True)
class Price:
    """A cost in US$, and its bar."""

    usd: float
    bar: float


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many of something are used, and how many it should be at most."""

    count: float
    bar: float


@dataclass(frozen=True, kw_only=True)
class Time:
    """How long something takes, in seconds. `ratio` is relative to the floor and should be at most `bar`."""

    ratio: float
    bar: float
    seconds: float
    floor_seconds: float


def show(
    bench: str,
    figures: dict[str, Figure],
    notes: str,
    costs: Mapping[str, Cost] | None = None,
    rates: Mapping[str, Rate] | None = None,
    prices: Mapping[str, Price] | None = None,
    times: Mapping[str, Time] | None = None,
    counts: Mapping[str, Count] | None = None,
) -> int:
    """Print all figures, costs, rates, prices, times and counts, and return the exit code: 1 if one misses its bar."""
    if figures:
        _show_figures(figures)
    if times:
        _show_times(times)
    for name, rate in (rates or {}).items():
        under = "  under" if rate.per_second < rate.bar else ""
        print(f"\n{name:28}{rate.per_second:12.1f} a second{rate.bar:8g} at least{under}")
    for name, price in (prices or {}).items():
        over = "  over" if price.usd > price.bar else ""
        print(f"\n{name:28}{price.usd:12.2f} US$     {price.bar:8g} at most{over}")
    for name, count in (counts or {}).items():
        over = "  over" if count.count > count.bar else ""
        print(f"\n{name:28}{count.count:12.1f}         {count.bar:8g} at most{over}")
    if costs:
        _show_costs(costs)
    print(f"\n{notes}\n")
    print(line(bench, figures, costs or {}, rates or {}, prices or {}, times or {}, counts or {}), flush=True)
    is_over = [figure.is_over for figure in figures.values()]
    is_under = [rate.per_second < rate.bar for rate in (rates or {}).values()]
    is_dear = [price.usd > price.bar for price in (prices or {}).values()]
    is_slow = [time.ratio > time.bar for time in (times or {}).values()]
    is_many = [count.count > count.bar for count in (counts or {}).values()]
    return int(
        any(is_over + is_under + is_dear + is_slow + is_many) or any(cost.is_over for cost in (costs or {}).values())
    )


def _show_figures(figures: Mapping[str, Figure]) -> None:
    print(f"\n{'':28}{'ratio':>7}{'bar':>6}{'CPU ms':>9}{'floor ms':>10}{'ours ms':>9}{'bar':>5}{'per second':>12}")
    for name, figure in figures.items():
        many = "" if figure.per_second is None else f"{figure.per_second:,.0f}"
        bar = "" if figure.own_bar_ms is None else f"{figure.own_bar_ms:g}"
        over = "  over" if figure.is_over else ""
        print(
            f"{name:28}{figure.ratio:7.2f}{figure.bar:6.2f}{figure.cpu_ms:9.2f}{figure.floor_ms:10.2f}"
            f"{figure.own_ms:9.2f}{bar:>5}{many:>12}{over}"
        )


def _show_times(times: Mapping[str, Time]) -> None:
    print(f"\n{'':28}{'ratio':>7}{'bar':>6}{'seconds':>9}{'floor':>10}")
    for name, time in times.items():
        over = "  over" if time.ratio > time.bar else ""
        print(f"{name:28}{time.ratio:7.2f}{time.bar:6.2f}{time.seconds:9.1f}{time.floor_seconds:10.1f}{over}")


def _show_costs(costs: Mapping[str, Cost]) -> None:
    print(f"\n{'':28}{'write units':>12}{'bar':>6}{'read units':>12}{'requests':>10}{'bar':>6}")
    for name, cost in costs.items():
        bar = "" if cost.requests_bar is None else f"{cost.requests_bar:g}"
        over = "  over" if cost.is_over else ""
        print(
            f"{name:28}{cost.write_units:12.1f}{cost.write_units_bar:6g}{cost.read_units:12.1f}{cost.requests:10.1f}"
            f"{bar:>6}{over}"
        )


def line(
    bench: str,
    figures: dict[str, Figure],
    costs: Mapping[str, Cost],
    rates: Mapping[str, Rate] | None = None,
    prices: Mapping[str, Price] | None = None,
    times: Mapping[str, Time] | None = None,
    counts: Mapping[str, Count] | None = None,
) -> str:
    """Return {"bench": …, "figures": {name: {…}}} as JSON.

    A figure of CPU time has "ratio", "bar", "cpu_ms", "own_ms" and, for bulk work, "per_second"; a cost has the fields
    of Cost, a rate those of Rate, a price those of Price, a time those of Time, and a count those of Count.
    """
    rounded = {name: _rounded(figure) for name, figure in figures.items()}
    others: dict[str, Cost | Rate | Price | Time | Count] = {
        **costs,
        **(rates or {}),
        **(prices or {}),
        **(times or {}),
        **(counts or {}),
    }
    return json.dumps({"bench": bench, "figures": rounded | {name: _exact(each) for name, each in others.items()}})


def _exact(cost: Cost | Rate | Price | Time | Count) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 2) for name, value in asdict(cost).items()}


def _rounded(figure: Figure) -> dict[str, float | None]:
    rounded: dict[str, float | None] = {
        "ratio": round(figure.ratio, 3),
        "bar": figure.bar,
        "cpu_ms": round(figure.cpu_ms, 3),
        "own_ms": round(figure.own_ms, 3),
    }
    return rounded if figure.per_second is None else rounded | {"per_second": round(figure.per_second)}
