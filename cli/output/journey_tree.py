"""The journey in a terminal."""

from rich.markup import escape
from rich.tree import Tree

from cli.journey.counts import Counts
from cli.journey.outline import Item, Row, title
from ripen.playbook.graph import (
    BranchStep,
    ExitStep,
    Journey,
    SendStep,
    SplitStep,
    Step,
    WaitForStep,
    WaitStep,
    WebhookStep,
)

_GOOD = {"sent": "green", "held": "yellow", "planned": "cyan", "claimed": "cyan", "unknown": "yellow"}


def tree(journey: Journey, row: Row, counts: Counts) -> Tree:
    """Ways as branches; people and mails beside their steps."""
    left = ", ".join(f"{count} {reason}" for reason, count in counts.left.most_common())
    said = f"{counts.entered} entered, {sum(counts.here.values())} in it, {counts.finished} finished"
    root = Tree(f"[bold]{escape(journey.name)}[/]  {said}{f'; left: {escape(left)}' if left else ''}")
    _grow(root, row, counts)
    return root


def _grow(root: Tree, row: Row, counts: Counts) -> None:
    for item in row:
        node = root.add(_label(item, counts))
        for way in item.ways:
            end = f" [dim]→ {escape(way.to)}[/]" if way.to else " [dim]■ ends[/]" if way.ends else ""
            _grow(node.add(f"[italic]{escape(way.name)}[/]{end}"), way.row, counts)


def _label(item: Item, counts: Counts) -> str:
    step = item.step
    label = f"{_sign(step)} {escape(title(step))}"
    if here := counts.here[step.id]:
        label += f"  [bold reverse] {here} here [/]"
    for outcome, count in counts.of(step.id):
        label += f"  [{_GOOD.get(outcome, 'red')}]{count} {escape(outcome)}[/]"
    return label


def _sign(step: Step) -> str:
    match step:
        case SendStep():
            return "✉"
        case WaitStep():
            return "◷"
        case WaitForStep() | WebhookStep():
            return "◌"
        case BranchStep() | SplitStep():
            return "◇"
        case ExitStep():
            return "■"
    return "•"
