"""When the history in a lead's state moves to a page of its own.

A write costs by the started kilobyte. The history fills the rest of the kilobyte that the state needs anyway, so most
folds pay nothing for it.
"""

from copy import replace

from ripen.lead.history import HistoryPage
from ripen.lead.state import State
from ripen.row_body import kilobytes

_FEW = 2
"""A page holds at least so many activities, even if the state leaves no room for them: a page costs what a kilobyte of
the state costs, but only once."""


def cut_page(state: State) -> tuple[State, HistoryPage | None]:
    """Return the state to write, and a page with its whole history if the row would be a kilobyte larger with it."""
    if len(state.history) < _FEW:
        return state, None
    without = replace(state, history=())
    if kilobytes(state) == kilobytes(without):
        return state, None
    return without, HistoryPage(entries=state.history)
