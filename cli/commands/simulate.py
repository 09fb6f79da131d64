"""ripen simulate: let an invented lead go through a journey, with the real code and a clock that jumps."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.output.json_output import AsJson
from ripen.failure import Failure
from ripen.operations.phrases import Lang
from ripen_authoring.files.named_file import read_named_file


def simulate(
    journey: Annotated[str, typer.Argument(help="The journey's name.", show_default=False)] = "",
    lead: Annotated[str, typer.Option(help="A persona: a file, or a name in personas/.")] = "",
    events: Annotated[
        str, typer.Option(help='What the lead does: "+2d click case-study; +3d unsubscribe", or a file.')
    ] = "",
    begins: Annotated[str, typer.Option("--from", help="When it begins, in the lead's time: 2026-11-24 10:00")] = "",
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Enter by hand instead of by the journey's trigger.")
    ] = False,
    paths: Annotated[bool, typer.Option("--paths", help="Take every path through the journey.")] = False,
    most: Annotated[int, typer.Option(help="With --paths: at most so many.", min=1)] = 100,
    everything: Annotated[
        bool, typer.Option("--all", help="Run all of simulations/ and compare them with their transcripts.")
    ] = False,
    update: Annotated[bool, typer.Option("--update", help="With --all: rewrite the transcripts.")] = False,
    lang: Annotated[Lang | None, typer.Option(help="The language of the transcript. Default: the persona's.")] = None,
    as_json: AsJson = False,
    folder: Annotated[Path, typer.Option(help="The playbook's folder.")] = Path("playbook"),
) -> None:
    """Simulate a journey for one invented lead.

    Show what is sent and when, and what is not and why. Nothing leaves this machine.
    """
    if not everything and not (journey and lead):
        raise Failure(
            "Which journey, and which lead?", "Say: ripen simulate JOURNEY --lead PERSONA – or: ripen simulate --all"
        )
    from cli.output import simulation
    from ripen_authoring.compile import compile_or_fail
    from ripen_authoring.simulation.scenario import scenario_from_options

    bundle = compile_or_fail(folder)
    if everything:
        simulation.all_of(folder, bundle, update, as_json)
        return
    events_text = read_named_file(Path(events)) if events and Path(events).is_file() else events
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    scenario = scenario_from_options(journey, lead, events_text, begins or now, by_hand, folder, bundle)
    if paths:
        simulation.paths(scenario, bundle, most, lang or "", as_json)
    else:
        simulation.life(scenario, bundle, lang or "", as_json)
