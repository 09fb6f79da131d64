"""ripen simulate: let an invented lead go through a journey, with the real code and a clock that jumps."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.commands._playbook_folder import DEFAULT_FOLDER, FolderOption
from cli.output.json_output import AsJson
from cli.output.language import help_text, say
from ripen.failure import Failure
from ripen.words import Lang, Words
from ripen_authoring.files.named_file import is_file, read_named_file

_Journey = Annotated[str, typer.Argument(help=say("The journey's name.", "シナリオの名前。"), show_default=False)]
_Lead = Annotated[
    str,
    typer.Option(
        help=say("A persona: a file, or a name in personas/.", "ペルソナ（ファイル、または personas/ にある名前）。")
    ),
]
_Events = Annotated[
    str,
    typer.Option(
        help=say(
            'What the lead does: "+2d click case-study; +3d unsubscribe", or a file.',
            '見込み客の行動: "+2d click case-study; +3d unsubscribe"、またはファイル。',
        )
    ),
]
_From = Annotated[
    str,
    typer.Option(
        "--from",
        help=say(
            "When it begins, in the lead's time zone: 2026-11-24 10:00",
            "開始日時（見込み客のタイムゾーン）: 2026-11-24 10:00",
        ),
    ),
]
_ByHand = Annotated[
    bool,
    typer.Option(
        "--by-hand",
        help=say(
            "Enrol the lead by hand instead of by the journey's trigger.",
            "シナリオの開始条件によらず、手動で登録します。",
        ),
    ),
]
_Paths = Annotated[
    bool,
    typer.Option("--paths", help=say("Take every path through the journey.", "シナリオのすべての経路を通ります。")),
]
_Most = Annotated[
    int,
    typer.Option(help=say("With --paths: take at most this many paths.", "--paths とともに: 通る経路の上限。"), min=1),
]
_All = Annotated[
    bool,
    typer.Option(
        "--all",
        help=say(
            "Run all of simulations/ and compare the results with their transcripts.",
            "simulations/ をすべて実行し、結果を記録と比べます。",
        ),
    ),
]
_Update = Annotated[
    bool,
    typer.Option("--update", help=say("With --all: rewrite the transcripts.", "--all とともに: 記録を書き直します。")),
]
_Lang = Annotated[
    Lang | None,
    typer.Option(
        help=say(
            "The language of the output. Default: that of the environment (LANG), or the playbook's first."
            " Stored transcripts have the language that their file names.",
            "出力の言語。指定がなければ環境変数（LANG）、またはプレイブックの最初の言語。"
            "保存する記録の言語は、そのファイルの language です。",
        )
    ),
]
_INCOMPLETE = Failure(
    Words("Name a journey and a lead.", "シナリオと見込み客を指定してください。"),
    Words(
        "Run: ripen simulate JOURNEY --lead PERSONA – or: ripen simulate --all",
        "実行例: ripen simulate シナリオ --lead ペルソナ – または: ripen simulate --all",
    ),
)

_TOO_MUCH = Failure(
    Words("--all runs every file in simulations/.", "--all は simulations/ のすべてのファイルを実行します。"),
    Words(
        "Leave out the other options and the journey, or leave out --all.",
        "シナリオとほかのオプションを外すか、--all を外してください。",
    ),
)
_NO_UPDATE = Failure(
    Words("--update rewrites the transcripts of simulations/.", "--update は simulations/ の記録を書き直します。"),
    Words("Run: ripen simulate --all --update", "実行例: ripen simulate --all --update"),
)


@help_text(
    """Simulate a journey for one invented lead.

    Show which mails are sent and when, and which are not and why. Nothing leaves this machine.
    """,
    """架空の見込み客 1 人でシナリオをシミュレーションします。

    どのメールがいつ送られるか、送られないメールはなぜかを表示します。このコンピューターの外には何も送りません。
    """,
)
def simulate(
    journey: _Journey = "",
    lead: _Lead = "",
    events: _Events = "",
    begins: _From = "",
    by_hand: _ByHand = False,
    paths: _Paths = False,
    most: _Most = 100,
    everything: _All = False,
    update: _Update = False,
    lang: _Lang = None,
    as_json: AsJson = False,
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    if everything and (journey or lead or events or begins or by_hand or paths):
        raise _TOO_MUCH
    if update and not everything:
        raise _NO_UPDATE
    if not everything and not (journey and lead):
        raise _INCOMPLETE
    from cli.output import simulation
    from ripen_authoring.compile import compile_or_fail
    from ripen_authoring.simulation.scenario import scenario_from_options

    bundle = compile_or_fail(folder)
    if everything:
        simulation.all_of(folder, bundle, update, as_json)
        return
    events_text = read_named_file(Path(events)) if is_file(Path(events)) else events
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    scenario = scenario_from_options(journey, lead, events_text, begins or now, by_hand, folder, bundle)
    if paths:
        simulation.paths(scenario, bundle, most, as_json)
    else:
        simulation.life(scenario, bundle, as_json)
