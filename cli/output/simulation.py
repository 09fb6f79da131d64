"""What `ripen simulate` shows: one transcript, every path of a journey, or all scenarios beside their transcripts."""

from copy import replace
from difflib import unified_diff
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from cli.output.json_output import print_json
from cli.output.language import language, say
from ripen.failure import Failure
from ripen.operations.playbook_words.steps import named_path, named_step
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.words import Words
from ripen_authoring.files.named_file import read_named_file
from ripen_authoring.simulation.paths import simulate_paths, uncovered
from ripen_authoring.simulation.run import SimulationResult
from ripen_authoring.simulation.scenario import Scenario, load_scenarios
from ripen_authoring.simulation.transcript import Line

_screen = Console(highlight=False, soft_wrap=True)


def life(scenario: Scenario, bundle: Bundle, as_json: bool) -> None:
    """Show one simulation, step by step."""
    result = scenario.run(bundle)
    if as_json:
        print_json([_plain(line) for line in result.lines])
        return
    print(scenario.transcript(result, language()), end="")
    codes = {line.code for line in result.lines}
    if "never" in codes and "enrollment.refused" not in codes:
        _screen.print(
            say(
                "[yellow]No trigger enrolled the lead.[/] Add the trigger's event to --events, or use --by-hand.",
                "[yellow]開始条件に合わず、登録されませんでした。[/]開始条件の行動を --events に加えるか、"
                "--by-hand を使ってください。",
            )
        )


def paths(scenario: Scenario, bundle: Bundle, most: int, as_json: bool) -> None:
    """Show every path through the journey, at most so many, and the steps and paths that none reaches.

    A lead that no trigger enrols is enrolled by hand.
    """
    if not scenario.run(bundle).enrollments:
        scenario = replace(scenario, by_hand=True)

    def run(journey: Journey) -> SimulationResult:
        return scenario.run(replace(bundle, journeys=bundle.journeys | {journey.name: journey}), journey)

    found_paths = []
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(say("Paths simulated", "シミュレーションした経路"), total=most)
        for path in simulate_paths(scenario.journey, run, most):
            found_paths.append(path)
            progress.advance(task)
    steps, missed = uncovered(scenario.journey, [path.result for path in found_paths])
    if as_json:
        found = {
            "paths": [
                {"choices": path.choices, "lines": [_plain(line) for line in path.result.lines]} for path in found_paths
            ],
            "unreached": {"steps": steps, "paths": [f"{step}: {option}" for step, option in missed]},
            "complete": len(found_paths) < most,
        }
        print_json(found)
        return
    called = partial(_called_path, scenario.journey.name, bundle)
    for number, path in enumerate(found_paths, 1):
        chosen = " → ".join(starmap(called, path.choices.items())) or say("no choice", "分岐なし")
        _screen.print(f"[bold]{number}. {escape(chosen)}[/]")
        print(scenario.transcript(path.result, language()).partition("\n\n")[2])
    _show_coverage(scenario.journey.name, len(found_paths), most)
    never_reached, never_taken = say("never reached:", "到達しない手順:"), say("never taken:", "通らない経路:")
    for step in steps:
        named = named_step(scenario.journey.name, step, bundle).in_language(language())
        _screen.print(f"[yellow]{never_reached}[/] {escape(named)} ({escape(step)})")
    for step, option in missed:
        _screen.print(f"[yellow]{never_taken}[/] {escape(called(step, option))}")


def _called_path(journey: str, bundle: Bundle, step: str, option: str) -> str:
    """Return "take the first path that fits: hot", the step and its path in words."""
    words = (named_step(journey, step, bundle), named_path(journey, step, option, bundle))
    return ": ".join(each.in_language(language()) for each in words)


def _show_coverage(journey: str, count: int, most: int) -> None:
    found = f"{count} path{'s' if count != 1 else ''}"
    _screen.print(say(f"{found} through {journey}.", f"{journey} の経路: {count} 件。"))
    if count == most:
        more = say("There may be more:", "ほかにもあるかもしれません:")
        _screen.print(f"[yellow]{more}[/] --most {most * 5}")


def all_of(folder: Path, bundle: Bundle, update: bool, as_json: bool) -> None:
    """Run every scenario of the folder. Raise Failure if one differs from its transcript."""
    found = load_scenarios(folder, bundle)
    if not found:
        raise Failure(
            Words(
                f"There is no simulation in {folder}/simulations.",
                f"{folder}/simulations にシミュレーションがありません。",
            ),
            Words("docs/tools.md shows how to write one.", "書き方は docs/tools.md にあります。"),
        )
    screen = Console(highlight=False, soft_wrap=True, stderr=as_json)
    results: dict[str, list[SimulationResult]] = {}
    differing: list[str] = []
    for scenario in found:
        result = scenario.run(bundle)
        results.setdefault(scenario.journey.name, []).append(result)
        if scenario.golden and _differs(scenario.golden, scenario.transcript(result), update, screen):
            differing.append(scenario.golden.stem)
    never = _unreached(bundle, results, screen)
    if as_json:
        print_json({"simulations": len(found), "differing": differing, "unreached": never})
    if differing:
        raise Failure(
            Words(
                f"{len(differing)} of {len(found)} simulations differ from their transcripts.",
                f"{len(found)} 件中 {len(differing)} 件のシミュレーションが記録と異なります。",
            ),
            Words(
                "If that is intended: ripen simulate --all --update – and read the diff before you commit it.",
                "意図した変更なら: ripen simulate --all --update – コミットする前に差分を確かめてください。",
            ),
        )
    same = (
        "1 simulation matches its transcript"
        if len(found) == 1
        else f"{len(found)} simulations match their transcripts"
    )
    screen.print(say(f"[green]{same}.[/]", f"[green]{len(found)} 件のシミュレーションはすべて記録のとおりです。[/]"))


def _unreached(bundle: Bundle, results: dict[str, list[SimulationResult]], screen: Console) -> dict[str, list[str]]:
    """Return the steps and paths that no scenario reaches, by journey."""
    never: dict[str, list[str]] = {}
    for name, result in sorted(results.items()):
        steps, missed = uncovered(bundle.journeys[name], result)
        never[name] = [*steps, *(f"{step}: {option}" for step, option in missed)]
        for left in never[name]:
            journey, place = escape(name), escape(left)
            screen.print(
                say(
                    f"[yellow]no simulation of {journey} reaches[/] {place}",
                    f"[yellow]{journey} のシミュレーションが到達しない手順:[/] {place}",
                )
            )
    for name in sorted(bundle.journeys.keys() - results.keys()):
        never[name] = [step.id for step in bundle.journeys[name].steps]
        screen.print(
            say(
                f"[yellow]no simulation for the journey[/] {escape(name)}",
                f"[yellow]シミュレーションのないシナリオ:[/] {escape(name)}",
            )
        )
    return never


def _differs(golden: Path, transcript: str, update: bool, screen: Console) -> bool:
    """Tell whether the transcript differs from the approved one, and show how."""
    if golden.is_symlink():
        raise Failure(
            Words(f"{golden} is a link.", f"{golden} はリンクです。"),
            Words("Delete it.", "削除してください。"),
        )
    approved = read_named_file(golden) if golden.is_file() else ""
    if approved == transcript:
        return False
    if update:
        golden.write_text(transcript, "utf-8")
        file = escape(str(golden))
        screen.print(say(f"Wrote {file}", f"{file} を書き直しました"))
        return False
    lines = unified_diff(approved.splitlines(), transcript.splitlines(), str(golden), say("now", "今回"), lineterm="")
    screen.file.writelines(f"{line}\n" for line in lines)
    return True


def _plain(line: Line) -> dict[str, Any]:
    return {"at": line.at.isoformat(), "code": line.code, "by_lead": line.own, "facts": line.facts}
