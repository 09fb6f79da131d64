"""A journey as a tree in the terminal."""

from rich.markup import escape
from rich.tree import Tree

from cli.output.journey_words import click_count, mail_count, people_count
from cli.output.language import language, say
from ripen.operations.journeys.counts import Counts
from ripen.operations.journeys.outline import Item, Row
from ripen.playbook.graph import ExitStep, SendStep, Step, WaitStep

_GOOD = {"sent": "green", "held": "yellow", "planned": "cyan", "claimed": "cyan", "unknown": "yellow"}


def tree(name: str, row: Row, counts: Counts) -> Tree:
    """Return the tree of the journey of that name: paths as branches, people and mails beside their steps."""
    root = Tree(f"[bold]{escape(name)}[/]  {people_count(counts)}")
    _grow(root, row, counts)
    return root


def _grow(root: Tree, row: Row, counts: Counts) -> None:
    for item in row:
        node = root.add(_label(item, counts))
        for path in item.paths:
            end = ""
            if path.to_words:
                end = f" [dim]→ {escape(path.to_words.in_language(language()))}[/]"
            elif path.ends:
                end = f" [dim]■ {say('ends', '終了')}[/]"
            _grow(node.add(f"[italic]{escape(path.words.in_language(language()))}[/]{end}"), path.row, counts)


def _label(item: Item, counts: Counts) -> str:
    step = item.step
    label = f"{_sign(step)} {escape(item.words.in_language(language()))}"
    if here := counts.here[step.id]:
        label += f"  [bold reverse] {say(f'{here} here', f'{here} 人')} [/]"
    for outcome, count in counts.mails_of(step.id):
        label += f"  [{_GOOD.get(outcome, 'red')}]{escape(mail_count(outcome, count))}[/]"
    if clicked := counts.clicked[step.id]:
        label += f"  [green]{click_count(clicked)}[/]"
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
    return "•" if "" in step.next_by_path else "◇"
