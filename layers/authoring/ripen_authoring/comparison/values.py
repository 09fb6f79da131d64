"""Compare two values of a YAML file: each difference with its place, written as in the file."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

_LONGEST = 60
_BEFORE = 12
"""Characters that are shown before the first difference of two long texts."""
_NAMES = ("id", "name", "code")
"""The keys by which an item of a list is known."""
_ABSENT = object()


def changed_values(was: Any, now: Any, place: str = "") -> Iterator[str]:
    """Yield each difference: "steps[2].wait: 3 days → 4 days". An item without a name has its number, from 1."""
    if was == now and _written(was) == _written(now):
        return
    if isinstance(was, Mapping) and isinstance(now, Mapping) and was.keys() & now.keys():
        for key in dict.fromkeys((*was, *now)):
            inside = f"{place}.{key}" if place else str(key)
            yield from changed_values(was.get(key, _ABSENT), now.get(key, _ABSENT), inside)
    elif _is_list(was) and _is_list(now) and was and now:
        yield from _changed_items(was, now, place)
    else:
        yield line_of(place, None if was is _ABSENT else _written(was), None if now is _ABSENT else _written(now))


def line_of(place: str, was: str | None, now: str | None) -> str:
    """Return one line for a difference. What is absent is a dash. Long texts are cut, but not where they differ."""
    start = 0
    if was is not None and now is not None and max(len(was), len(now)) > _LONGEST:
        pairs = enumerate(zip(was, now, strict=False))
        start = max(0, next((n for n, (one, other) in pairs if one != other), min(len(was), len(now))) - _BEFORE)
    return (f"{place}: " if place else "") + f"{_cut(was, start)} → {_cut(now, start)}"


def _changed_items(was: Sequence[Any], now: Sequence[Any], place: str) -> Iterator[str]:
    """Yield the differences of two lists: of words, of named items, or of other items in their order."""
    old, new = [_name(each) for each in was], [_name(each) for each in now]
    if not any(isinstance(each, Mapping) for each in (*was, *now)):
        yield from _changed_words(list(map(_written, was)), list(map(_written, now)), place)
    elif all(old) and all(new) and len({*old}) == len(old) and len({*new}) == len(new):
        before, after = dict(zip(old, was, strict=True)), dict(zip(new, now, strict=True))
        for name in dict.fromkeys((*old, *new)):
            yield from changed_values(before.get(name, _ABSENT), after.get(name, _ABSENT), f"{place}[{name}]")
        kept = [name for name in old if name in after]
        if kept != (order := [name for name in new if name in before]):
            yield line_of(place, ", ".join(kept), ", ".join(order))
    else:
        for i, j in _pairs(was, now):
            one, other = _ABSENT if i is None else was[i], _ABSENT if j is None else now[j]
            label = _name(one if j is None else other) or (i if j is None else j) + 1  # type: ignore[operator]
            yield from changed_values(one, other, f"{place}[{label}]")


def _changed_words(was: Sequence[str], now: Sequence[str], place: str) -> Iterator[str]:
    """Yield what is new and what is gone, or both lists if only their order differs."""
    gone, new = [each for each in was if each not in now], [each for each in now if each not in was]
    if gone or new:
        yield line_of(place, ", ".join(gone) or None, ", ".join(new) or None)
    else:
        yield line_of(place, ", ".join(was), ", ".join(now))


def _pairs(was: Sequence[Any], now: Sequence[Any]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the positions of items that differ, an item with the one of its kind that took its place."""
    matcher = SequenceMatcher(None, list(map(_written, was)), list(map(_written, now)), autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        left = list(range(i, i_end))
        for here in range(j, j_end):
            there = next((each for each in left if _kind(was[each]) == _kind(now[here])), None)
            if there is not None:
                left.remove(there)
            yield there, here
        yield from ((each, None) for each in left)


def _kind(item: Any) -> str:
    """Return the name of an item, else its first key: that of a step is what it does."""
    return _name(item) or (str(next(iter(item), "")) if isinstance(item, Mapping) else "")


def _name(item: Any) -> str:
    if not isinstance(item, Mapping):
        return ""
    return next((str(item[key]) for key in _NAMES if isinstance(item.get(key), str)), "")


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _written(value: Any) -> str:
    """Return the value as a file has it, on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Mapping():
            return f"{{{', '.join(f'{key}: {_written(each)}' for key, each in value.items())}}}"
        case _ if _is_list(value):
            return f"[{', '.join(map(_written, value))}]"
    return " ".join(str(value).split())


def _cut(text: str | None, start: int) -> str:
    if text is None:
        return "–"
    begin = "…" if start else ""
    shown = text[start:]
    return f"{begin}{shown}" if len(shown) <= _LONGEST else f"{begin}{shown[: _LONGEST - 1]}…"
