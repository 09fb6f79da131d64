"""ripen campaigns: the campaigns with their states and dates."""

from rich.console import Console

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.row_table import row_table
from cli.output.time_zone import brand_zone, local_time, times_are_in
from cli.stack.stack import connect
from ripen.operations.live_playbook import live_bundle
from ripen.operations.sending.campaign_list import CampaignLine, list_campaigns
from ripen.operations.sending.run_words import NOT_SCHEDULED, STATES
from ripen.playbook.titles import title


@help_text(
    "List the campaigns of the live playbook with their states and dates.",
    "公開中のキャンペーンを、状態と日時とともに一覧します。",
)
def campaigns(as_json: AsJson = False) -> None:
    stack = connect()
    bundle = live_bundle(stack.playbook)
    found = list_campaigns(stack.table, bundle)
    if as_json:
        print_json([_plain(line) | {"title": bundle.campaigns[line.name].title} for line in found])
        return
    zone, console = brand_zone(stack.playbook), Console(highlight=False)
    columns = (
        say("Title", "タイトル"),
        say("Name", "名前"),
        say("State", "状態"),
        say("Begins", "開始"),
        say("Last change", "最後の変更"),
        say("Sent", "送信数"),
    )
    rows = (
        (
            title(bundle, "campaigns", line.name).in_language(language()),
            line.name,
            (STATES[line.state] if line.state else NOT_SCHEDULED).in_language(language()),
            local_time(line.begins, zone),
            local_time(line.changed, zone) if line.changed else "–",
            f"{line.sent:,}",
        )
        for line in found
    )
    console.print(times_are_in(zone))
    console.print(row_table(say("Campaigns", "キャンペーン"), columns, rows))
    console.print(say("Look at one: ripen campaign NAME", "くわしく見るには: ripen campaign 名前"))
    console.print(
        say(
            "A campaign in a file that is not published yet is not in this list: ripen plan",
            "まだ公開していないファイルのキャンペーンは、この一覧に出ません。確かめるには: ripen plan",
        )
    )


def _plain(line: CampaignLine) -> dict[str, object]:
    return {
        "name": line.name,
        "state": str(line.state) if line.state else NOT_SCHEDULED.en,
        "begins": line.begins.isoformat(),
        "changed": line.changed.isoformat() if line.changed else None,
        "sent": line.sent,
    }
