"""ripen reclassify: recalculate whether people or machines clicked, and let the scores follow."""

from typing import Annotated

import typer
from rich.console import Console

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.progress import bar
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.operations.leads.find import find_lead
from ripen.operations.publication.refold import refold_all, refold_lead
from ripen.tracking.click_verdict import RULES_VERSION
from ripen.words import Words


@help_text(
    "Judge again by the current rules whether a person or a machine made each click of a lead."
    "\n\nThe lead's score loses the points for clicks by machines. Nothing is sent again. Run this after an update that"
    " changed the rules.",
    "見込み客のクリックが人によるものか機械によるものかを、現在の規則で判定し直します。"
    "\n\n機械のクリックに付いた点はスコアから引かれます。メールは再送されません。規則が変わった更新のあとに実行します。",
)
def reclassify(
    email: Annotated[
        str, typer.Argument(help=say("The lead's address.", "見込み客のアドレス。"), show_default=False)
    ] = "",
    everyone: Annotated[bool, typer.Option("--all", help=say("Every lead.", "すべての見込み客。"))] = False,
    as_json: AsJson = False,
) -> None:
    if bool(email) == everyone:
        raise Failure(
            Words("Name the leads to reclassify.", "対象の見込み客を指定してください。"),
            Words("Give either an address or --all.", "アドレスか --all のどちらか一方を指定します。"),
        )
    stack = connect()
    if everyone:
        with bar(say("Marking leads", "見込み客を登録しています")) as progress:
            count = refold_all(stack.table, stack.clock, progress)
    else:
        count = refold_lead(find_lead(email, stack.table, stack.secrets), stack.table, stack.clock)
    if as_json:
        print_json({"rules_version": RULES_VERSION, "leads": count})
        return
    console = Console(highlight=False, soft_wrap=True)
    leads = "lead" if count == 1 else "leads"
    console.print(
        say(
            f"{count} {leads} will be recalculated by version {RULES_VERSION} of the rules, within minutes.",
            f"見込み客 {count} 人を、規則バージョン {RULES_VERSION} で再計算します。2 分以内に始まります。",
        )
    )
    console.print(
        say("Changes appear among the lead's decisions: ripen lead EMAIL", "変化は判断に表示されます: ripen lead EMAIL")
    )
