"""ripen quarantine: submissions that look like a machine's, or exceed a budget, wait for a person's decision."""

import json
from functools import partial
from getpass import getuser
from time import time
from typing import Annotated, Any

import httpx
from rich.console import Console
from rich.markup import escape

from cli.commands._choice import at_most_one, id_option
from cli.local.web import web
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.row_table import RowTable, row_table
from cli.output.time_zone import brand_zone, local_time
from cli.stack.stack import Stack, connect
from ripen.capture.quarantine import Quarantined, Why
from ripen.capture.signature import SignedRequest, signature
from ripen.failure import Failure
from ripen.key_ring import Rotated
from ripen.operations.leads.quarantine import Answers, Found, drop, plain, quarantined_submissions, release, select
from ripen.operations.live_playbook import live_bundle
from ripen.words import Words

_Show = Annotated[
    str,
    id_option("--show", Words("Show the answers of this submission", "この送信の回答を表示します"), takes_all=False),
]
_Release = Annotated[str, id_option("--release", Words("Take this submission after all", "この送信を受け付けます"))]
_Drop = Annotated[str, id_option("--drop", Words("Forget this submission", "この送信を破棄します"))]
_WHY = {
    Why.HONEYPOT: Words("filled in the hidden field", "隠しフィールドに入力"),
    Why.NETWORK: Words("too many from one network", "同じネットワークからの送信が多すぎる"),
    Why.DOMAIN: Words("too many for one domain", "同じドメインの送信が多すぎる"),
    Why.INBOX: Words("too many for one inbox", "同じメールボックスの送信が多すぎる"),
}


@help_text(
    "List the submissions of forms that are in quarantine, and release or drop them."
    "\n\nTheir senders saw the thank-you page, and nothing else happened. They are kept for 30 days.",
    "隔離中のフォーム送信を一覧し、受け付けるか破棄します。"
    "\n\n送信者にはお礼のページを見せましたが、ほかには何もしていません。30 日間保存します。",
)
def quarantine(shown: _Show = "", released: _Release = "", dropped: _Drop = "", as_json: AsJson = False) -> None:
    at_most_one(show=shown, release=released, drop=dropped)
    stack = connect()
    bundle = live_bundle(stack.playbook)
    found = quarantined_submissions(stack.table, bundle.forms)
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    result: dict[str, int] | list[dict[str, Any]]
    if released:
        chosen = select(found, released)
        count = release(chosen, getuser(), stack.table, bundle, partial(_post, stack))
        _show_released(count, len(chosen), console)
        result = {"released": count}
    elif dropped:
        count = drop(select(found, dropped), getuser(), stack.table)
        console.print(
            say(
                f"[bold]Dropped: {count}.[/] The answers are deleted.",
                f"[bold]{count} 件を破棄しました。[/] 回答は削除しました。",
            )
        )
        result = {"dropped": count}
    else:
        found = select(found, shown) if shown else found
        result = [plain(row) for row in found]
        _show(found, brand_zone(stack.playbook), console, with_answers=bool(shown))
    if as_json:
        print_json(result)


def _post(stack: Stack, form: str, answers: Answers, key: str) -> bool:
    """Post the answers to the form, signed as a request of the company's own: no budget applies to it."""
    body, stamp, path = json.dumps(answers).encode(), str(int(time())), f"/forms/{form}"
    signed = SignedRequest(stamp=stamp, key=key, url=path, body=body)
    headers = {
        "content-type": "application/json",
        "idempotency-key": key,
        "ripen-timestamp": stamp,
        "ripen-signature": signature(stack.secrets.ring(Rotated.API).signing.secret, signed),
    }
    try:
        return web.post(f"{stack.site}{path}", content=body, headers=headers).is_success
    except httpx.HTTPError as error:
        raise Failure(
            Words(f"The form cannot be reached: {error}", f"フォームに接続できません: {error}"),
            Words("Try again in a minute.", "1 分ほど待ってから、もう一度実行してください。"),
        ) from None


def _show_released(taken: int, chosen: int, console: Console) -> None:
    console.print(
        say(
            f"[bold]Released: {taken}.[/] The form took them as if they had just been sent.",
            f"[bold]{taken} 件を受け付けました。[/] たった今送信されたものとして扱います。",
        )
        if taken
        else say("[bold]Released: 0.[/]", "[bold]受け付けたものはありません。[/]")
    )
    if refused := chosen - taken:
        console.print(
            say(
                f"The form refused {refused}: these stay in quarantine. See the answers: ripen quarantine --show ID",
                f"フォームが受け付けなかった {refused} 件は、隔離中のままです。回答を見る: ripen quarantine --show ID",
            )
        )


def _show(found: list[Found], zone: str, console: Console, with_answers: bool) -> None:
    if not found:
        console.print(say("No submission is in quarantine.", "隔離中の送信はありません。"))
        return
    if with_answers:
        for name, value in found[0].value.answers:
            console.print(f"{escape(name)}: {escape(value)}")
        return
    console.print(_table(found, zone))
    console.print(
        say(
            "Look at one: ripen quarantine --show ID – take it: --release ID – forget it: --drop ID",
            "内容を見る: ripen quarantine --show ID – 受け付ける: --release ID – 破棄する: --drop ID",
        )
    )


def _table(found: list[Found], zone: str) -> RowTable:
    columns = (
        "ID",
        say("Form", "フォーム"),
        say("Address", "アドレス"),
        say(f"Sent ({zone})", f"送信日時（{zone}）"),
        say("Why", "理由"),
    )
    rows = (
        (value.id[:8], value.form, _address(value), local_time(value.at, zone), _WHY[value.why].in_language(language()))
        for value in (row.value for row in found)
    )
    return row_table(say(f"{len(found)} in quarantine", f"隔離中 {len(found)} 件"), columns, rows)


def _address(submission: Quarantined) -> str:
    return next((text for _, text in submission.answers if "@" in text), "")
