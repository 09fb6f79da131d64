"""When the history in a lead's state moves to a page of its own.

A write costs by the started kilobyte. The history fills the rest of the kilobyte that the state needs anyway, so most
folds pay nothing for it.
"""

from copy import replace
from math import ceil

import msgspec

from ripen.lead.history import HistoryPage
from ripen.lead.state import State

_KILOBYTE = 1024
_KEY_BYTES = 96
"""At most, of the state's row: keys and attributes besides the value, without the lead's id."""
_FEW = 2
"""A page holds at least so many activities, even if the state leaves no room for them: a page costs what a kilobyte of
the state costs, but only once."""


def cut_page(state: State) -> tuple[State, HistoryPage | None]:
    """Return the state to write, and a page with its whole history if the row would be a kilobyte larger with it."""
    if len(state.history) < _FEW:
        return state, None
    without = replace(state, history=())
    if _kilobytes(state) == _kilobytes(without):
        return state, None
    return without, HistoryPage(entries=state.history)


def _kilobytes(state: State) -> int:
    return ceil((len(msgspec.json.encode(state)) + len(state.lead) + _KEY_BYTES) / _KILOBYTE)
