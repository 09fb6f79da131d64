"""A journey as a tree in the terminal."""

from rich.markup import escape
from rich.tree import Tree

from ripen.operations.journeys.counts import Counts
from ripen.operations.journeys.outline import Item, Row, title
from ripen.playbook.graph import ExitStep, Journey, SendStep, Step, WaitStep

_GOOD = {"sent": "green", "held": "yellow", "planned": "cyan", "claimed": "cyan", "unknown": "yellow"}


def tree(journey: Journey, row: Row, counts: Counts) -> Tree:
    """Return the tree: paths as branches, people and mails beside their steps."""
    left = ", ".join(f"{count} {reason}" for reason, count in counts.left.most_common())
    said = f"{counts.entered} entered, {sum(counts.here.values())} in it, {counts.finished} finished"
    root = Tree(f"[bold]{escape(journey.name)}[/]  {said}{f'; left: {escape(left)}' if left else ''}")
    _grow(root, row, counts)
    return root


def _grow(root: Tree, row: Row, counts: Counts) -> None:
    for item in row:
        node = root.add(_label(item, counts))
        for path in item.paths:
            end = f" [dim]→ {escape(path.to)}[/]" if path.to else " [dim]■ ends[/]" if path.ends else ""
            _grow(node.add(f"[italic]{escape(path.name)}[/]{end}"), path.row, counts)


def _label(item: Item, counts: Counts) -> str:
    step = item.step
    label = f"{_sign(step)} {escape(title(step))}"
    if here := counts.here[step.id]:
        label += f"  [bold reverse] {here} here [/]"
    for outcome, count in counts.mails_of(step.id):
        label += f"  [{_GOOD.get(outcome, 'red')}]{count} {escape(outcome)}[/]"
    return label


def _sign(step: Step) -> str:
    match step:
        case SendStep():
            return "✉"
        case WaitStep():
            return "◷"
        case ExitStep():
            return "■"
    if step.waits:
        return "◌"
    return "•" if "" in step.ways else "◇"
