"""A journey as an SVG: steps in a column, paths side by side under the step where they part."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from cli.output.journey_words import mail_count, people_count
from cli.output.language import language
from ripen.operations.journeys.counts import Counts
from ripen.operations.journeys.outline import Item, Path, Row
from ripen.playbook.graph import ExitStep, SendStep, Step, WaitStep

_WIDE, _HIGH, _GAP, _LABEL, _BETWEEN, _MARGIN = 264, 58, 34, 34, 28, 32
_INK, _QUIET, _LINE = "#1c2b33", "#5b6b73", "#b6c2c8"
_FACES = {"send": "#e6f2ef", "wait": "#f3f4f6", "choice": "#fdf3dd", "exit": "#fbe6e4", "other": "#eaf0fb"}
_EDGES = {"send": "#0f766e", "wait": "#9aa5ab", "choice": "#c98a06", "exit": "#c2483b", "other": "#4169a8"}
_LONGEST = 32
_SMALL = 46
_TITLE = 80


@dataclass(frozen=True)
class _Area:
    width: float
    height: float


def svg(name: str, row: Row, counts: Counts) -> str:
    """Return one picture, in letters that every system has."""
    area = _row_area(row)
    width, height = area.width + 2 * _MARGIN, area.height + 2 * _MARGIN + 64
    middle = width / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
        f' viewBox="0 0 {width:.0f} {height:.0f}" font-family="system-ui, \'Noto Sans JP\', sans-serif" fill="{_INK}">',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        _text(middle, _MARGIN + 6, name, 20, weight=700, most=_TITLE),
        _text(middle, _MARGIN + 28, people_count(counts), 13, colour=_QUIET, most=_TITLE),
        *_row(row, middle, _MARGIN + 52, counts),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _row_area(row: Row) -> _Area:
    areas = [_item_area(item) for item in row]
    height = sum(area.height for area in areas) + _GAP * max(0, len(areas) - 1)
    return _Area(max([_WIDE, *(area.width for area in areas)]), height)


def _item_area(item: Item) -> _Area:
    if not item.paths:
        return _Area(_WIDE, _HIGH)
    areas = [_row_area(path.row) for path in item.paths]
    width = sum(area.width for area in areas) + _BETWEEN * (len(areas) - 1)
    return _Area(max(_WIDE, width), _HIGH + _GAP + _LABEL + max(area.height for area in areas) + _GAP)


def _row(row: Row, middle: float, top: float, counts: Counts) -> Iterator[str]:
    for number, item in enumerate(row):
        if number:
            yield _line(middle, top - _GAP, middle, top)
        yield from _item(item, middle, top, counts)
        top += _item_area(item).height + _GAP


def _item(item: Item, middle: float, top: float, counts: Counts) -> Iterator[str]:
    yield from _box(item, middle, top, counts)
    if not item.paths:
        return
    area = _item_area(item)
    sizes = [_row_area(path.row) for path in item.paths]
    left = middle - (sum(size.width for size in sizes) + _BETWEEN * (len(sizes) - 1)) / 2
    for path, size in zip(item.paths, sizes, strict=True):
        yield from _path(path, left + size.width / 2, middle, top + _HIGH, top + area.height, counts)
        left += size.width + _BETWEEN


def _path(path: Path, at: float, middle: float, top: float, bottom: float, counts: Counts) -> Iterator[str]:
    """Draw a curve to the path's name, its steps below, and a curve to where the paths meet."""
    label = top + _GAP
    yield _curve(middle, top, at, label)
    yield _pill(at, label, path.words.in_language(language()))
    below = label + _LABEL
    end = below + (_row_area(path.row).height if path.row else 0)
    if path.row:
        yield _line(at, below - 10, at, below)
        yield from _row(path.row, at, below, counts)
    start = end if path.row else below - 10
    if path.to_words or path.ends:
        shown = f"→ {path.to_words.in_language(language())}" if path.to_words else "■"
        yield _text(at, start + 16, shown, 12, colour=_QUIET)
        return
    yield _line(at, start, at, bottom - _GAP)
    yield _curve(at, bottom - _GAP, middle, bottom)


def _box(item: Item, middle: float, top: float, counts: Counts) -> Iterator[str]:
    step = item.step
    kind, left = _kind(step), middle - _WIDE / 2
    yield (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{_WIDE}" height="{_HIGH}" rx="10"'
        f' fill="{_FACES[kind]}" stroke="{_EDGES[kind]}" stroke-width="1.5"/>'
    )
    outcomes = " · ".join(mail_count(outcome, count) for outcome, count in counts.mails_of(step.id))
    yield _text(middle, top + (25 if outcomes else 34), item.words.in_language(language()), 13.5, weight=600)
    if outcomes:
        yield _text(middle, top + 44, outcomes, 11.5, colour=_QUIET, most=_SMALL)
    if here := counts.here[step.id]:
        wide = 18 + 8 * len(str(here))
        x, y = left + _WIDE - wide / 2, top - 11
        yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide}" height="22" rx="11" fill="{_INK}"/>'
        yield _text(left + _WIDE, top + 4.5, str(here), 12, colour="#fff", weight=700)


def _kind(step: Step) -> str:
    match step:
        case SendStep():
            return "send"
        case WaitStep():
            return "wait"
        case ExitStep():
            return "exit"
    return "other" if "" in step.next_by_path else "choice"


def _text(
    x: float, y: float, said: str, size: float, colour: str = _INK, weight: int = 400, most: int = _LONGEST
) -> str:
    shown = said if len(said) <= most else f"{said[: most - 1]}…"
    full = f"<title>{escape(said)}</title>" if shown != said else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}"'
        f' text-anchor="middle">{full}{escape(shown)}</text>'
    )


def _pill(x: float, y: float, said: str) -> str:
    wide = min(_WIDE, 20 + 7.2 * len(said))
    return (
        f'<rect x="{x - wide / 2:.1f}" y="{y:.1f}" width="{wide:.1f}" height="24" rx="12" fill="#fff"'
        f' stroke="{_LINE}"/>' + _text(x, y + 16.5, said, 12, colour=_QUIET)
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{_LINE}" stroke-width="2" fill="none"/>'


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    half = (y1 + y2) / 2
    curve = f"M{x1:.1f} {y1:.1f}C{x1:.1f} {half:.1f} {x2:.1f} {half:.1f} {x2:.1f} {y2:.1f}"
    return f'<path d="{curve}" stroke="{_LINE}" stroke-width="2" fill="none"/>'
