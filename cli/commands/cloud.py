"""ripen status, ripen down: the state of the installation, and the local cloud itself."""

import os
import signal
from dataclasses import asdict
from time import monotonic, sleep

from rich.console import Console

from cli.local.home import Home, LocalCloud, is_alive
from cli.local.welcome import welcome
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.status import show_status
from cli.output.time_zone import brand_zone
from cli.stack.stack import connect, local
from ripen.failure import Failure
from ripen.operations.status import status as read_status
from ripen.words import Words

_PATIENCE_SECONDS = 40


@help_text(
    "Show whether mail goes out, what is due, overdue or held, and where the parts of the local cloud are.",
    "配信の状態、期限の来た処理と遅れている処理、保留中のメール、ローカルクラウドの各画面の場所を表示します。",
)
def status(as_json: AsJson = False) -> None:
    here = None if os.environ.get("RIPEN_STACK") else LocalCloud.read(Home.here())
    console = Console(highlight=False)
    if here and not here.ready:
        if as_json:
            print_json(asdict(here) | {"time": ""})
        else:
            console.print(say("The local cloud is starting.", "ローカルクラウドを起動しています。"))
        return
    stack = connect()
    found = read_status(stack.table, stack.clock.now())
    if as_json:
        place = asdict(here) if here else {"api": stack.site}
        print_json(place | {"time": found.now.isoformat(), "sending": found.plain()})
        return
    console.print(welcome(here, detached=True) if here else stack.site)
    show_status(found, brand_zone(stack.playbook), console)


@help_text(
    "Stop the local cloud; its data stays for the next `make up`.",
    "ローカルクラウドを停止します。データは次の `make up` まで残ります。",
)
def down(as_json: AsJson = False) -> None:
    home = Home.here()
    found = local()
    os.kill(found.pid, signal.SIGTERM)
    until = monotonic() + _PATIENCE_SECONDS
    while LocalCloud.read(home) or is_alive(found.pid):
        if monotonic() > until:
            raise Failure(
                Words(
                    f"The local cloud (process {found.pid}) does not stop.",
                    f"ローカルクラウド（プロセス {found.pid}）が停止しません。",
                ),
                Words(f"Look into {home.folder}/logs.", f"{home.folder}/logs を確かめてください。"),
            )
        sleep(0.1)
    if as_json:
        print_json({"stopped": True})
        return
    Console().print(
        say(
            "The local cloud is stopped. Its data is kept; make clean-up deletes it.",
            "ローカルクラウドを停止しました。データは残っています（make clean-up で消去）。",
        )
    )
