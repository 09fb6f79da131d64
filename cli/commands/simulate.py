"""ripen simulate: lets an invented lead live through a journey, with the real code and a clock that jumps."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ripen.failure import Failure
from ripen.operations.phrases import Lang
from ripen_authoring.files.named import text


def simulate(
    journey: Annotated[str, typer.Argument(help="The journey's name.", show_default=False)] = "",
    lead: Annotated[str, typer.Option(help="A persona: a file, or a name in personas/.")] = "",
    events: Annotated[str, typer.Option(help='What happens: "+2d click case-study; +3d unsubscribe", or a file.')] = "",
    begins: Annotated[str, typer.Option("--from", help="When it begins, the lead's time: 2026-11-24 10:00")] = "",
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Enter by hand instead of by the journey's trigger.")
    ] = False,
    paths: Annotated[bool, typer.Option("--paths", help="Walk every way through the journey.")] = False,
    most: Annotated[int, typer.Option(help="With --paths: at most so many ways.", min=1)] = 100,
    everything: Annotated[
        bool, typer.Option("--all", help="All of simulations/, held against their transcripts.")
    ] = False,
    update: Annotated[bool, typer.Option("--update", help="With --all: write the transcripts anew.")] = False,
    lang: Annotated[Lang | None, typer.Option(help="By default the persona's own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    folder: Annotated[Path, typer.Option(help="The playbook's folder.")] = Path("playbook"),
) -> None:
    """Live through a journey as one invented lead: what is sent when, what not and why. Nothing leaves this machine."""
    if not everything and not (journey and lead):
        raise Failure(
            "Which journey, and who?", "Say: ripen simulate JOURNEY --lead PERSONA – or: ripen simulate --all"
        )
    from cli.output import simulation
    from ripen_authoring.ready import ready
    from ripen_authoring.simulation.scenario import said

    bundle = ready(folder)
    if everything:
        simulation.all_of(folder, bundle, update, as_json)
        return
    told = text(Path(events)) if events and Path(events).is_file() else events
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    scenario = said(journey, lead, told, begins or now, by_hand, folder, bundle)
    if paths:
        simulation.paths(scenario, bundle, most, lang or "", as_json)
    else:
        simulation.life(scenario, bundle, lang or "", as_json)
