"""ripen stop, ripen resume: the one switch that stops all sending."""

from getpass import getuser
from time import sleep

from rich.console import Console

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.time_zone import brand_zone, zoned_time
from cli.stack.stack import connect
from ripen.operations.sending.switches import UNTIL_SEEN_SECONDS, in_flight, resume_sending, stop_sending


@help_text(
    "Stop all sending, and show how many mails are in flight. No other mail goes out until: ripen resume",
    "すべての配信を停止します。送信中のメールの数を表示し、ほかのメールは ripen resume まで送信されません。",
)
def stop(as_json: AsJson = False) -> None:
    stack = connect()
    console = Console(highlight=False, soft_wrap=True)
    found, already = stop_sending(getuser(), stack.table, stack.clock.now())
    if not already:
        sleep(UNTIL_SEEN_SECONDS)
    count = in_flight(stack.table, stack.clock.now())
    if as_json:
        print_json({"stopped": True, "changed": not already, "since": found.at.isoformat(), "in_flight": count})
        return
    if already:
        since = zoned_time(found.at, brand_zone(stack.playbook))
        console.print(say(f"Sending was already stopped at {since}.", f"配信はすでに停止しています（{since} から）。"))
    console.print(
        say(
            f"[bold]Sending is stopped.[/] In flight: {count}. Due mails wait until you run: ripen resume",
            f"[bold]配信を停止しました。[/] 送信中: {count} 通。期限の来たメールは ripen resume まで待ちます。",
        )
    )


@help_text(
    "Resume sending. Waiting mails go out within a minute or two, each once.",
    "配信を再開します。待っていたメールは 1、2 分以内に、それぞれ一度だけ送信されます。",
)
def resume(as_json: AsJson = False) -> None:
    stack = connect()
    was = resume_sending(getuser(), stack.table, stack.clock.now())
    if as_json:
        print_json({"stopped": False, "changed": was})
        return
    if was:
        text = say(
            "Sending is resumed. Waiting mails go out within a minute or two.",
            "配信を再開しました。待っていたメールは 1、2 分以内に送信されます。",
        )
    else:
        text = say("Sending was not stopped.", "配信は停止していません。")
    Console(highlight=False, soft_wrap=True).print(text)
