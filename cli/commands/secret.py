"""ripen secret: the keys that other systems share with us, and the rotation of our keys."""

from datetime import datetime
from secrets import token_urlsafe
from time import time
from typing import Annotated, Any

import typer

from cli.commands._choice import YesOption, is_confirmed, require_yes
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.progress import bar
from cli.output.time_zone import brand_zone, local_time
from cli.output.verbs import Verbs
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.key_ring import Rotated
from ripen.operations import key_rotation
from ripen.words import Words

_SHARED = ("webhook", "api", "salesforce")
"""The keys that are shared with other systems. No other key is ever shown."""
_MASTER_BYTES = 48
_NEXT = {
    Rotated.LINK: Words(
        "Mails that were sent with the previous key keep their links.",
        "前の鍵で送ったメールのリンクは、そのまま使えます。",
    ),
    Rotated.WEBHOOK: Words(
        "Give the receivers the new key: ripen secret webhook. Requests carry both signatures until the next rotation.",
        "受信側に新しい鍵を渡してください: ripen secret webhook。次の更新まで、両方の署名を付けて送ります。",
    ),
    Rotated.API: Words(
        "Give the senders the new key: ripen secret api. The previous one is accepted until the next rotation.",
        "送信側に新しい鍵を渡してください: ripen secret api。前の鍵は、次の更新まで使えます。",
    ),
    Rotated.SALESFORCE: Words(
        "Put the new key into the endpoint URLs of the outbound messages: ripen secret salesforce. "
        "The previous one is accepted until the next rotation.",
        "アウトバウンドメッセージの送信先 URL に新しい鍵を入れてください: ripen secret salesforce。"
        "前の鍵は、次の更新まで使えます。",
    ),
}

app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    help=say(
        "Print a key that you share with other systems, or rotate a key. `ripen secret webhook` prints the key.",
        "ほかのシステムと共有する鍵の出力と、鍵の更新。`ripen secret webhook` は鍵を出力します。",
    ),
)


@app.command()
@help_text(
    """Print a key that you share with other systems, in hex.

    `webhook` verifies the signature of the requests that webhook steps send; `api` signs requests that enrol leads in
    journeys; `salesforce` is part of the address to which Salesforce sends outbound messages. Keep the key in a secret
    store and out of tickets and mails: anyone who has it can sign in your name.
    """,
    """ほかのシステムと共有する鍵を 16 進数で出力します。

    `webhook` は、ウェブフックの手順が送るリクエストの署名を確かめる鍵です。
    `api` は、見込み客をシナリオに登録するリクエストに署名する鍵です。
    `salesforce` は、Salesforce がアウトバウンドメッセージを送るアドレスの一部です。
    鍵は秘密情報の保管庫に置き、チケットやメールに書かないでください。鍵を持つ人は誰でも署名できます。
    """,
)
def show(
    name: Annotated[
        str,
        typer.Argument(
            help=say("webhook, api or salesforce", "webhook、api または salesforce"), metavar="|".join(_SHARED)
        ),
    ],
    as_json: AsJson = False,
) -> None:
    if name not in _SHARED:
        keys = ", ".join(_SHARED)
        raise Failure(
            Words(f"There is no shared key {name!r}.", f"共有する鍵 {name!r} はありません。"),
            Words(f"The keys are: {keys}", f"鍵の種類: {keys}"),
        )
    key = connect().secrets.key(name).hex()
    if as_json:
        print_json({name: key})
    else:
        print(key)


@app.command()
@help_text(
    """Rotate a key: a new one signs in ten minutes, and the previous one stays accepted until the next rotation.

    `link` signs the links in mails; `webhook`, `api` and `salesforce` are shared with other systems; all keys are
    derived from `master`, and its rotation rotates all four. The keys of kept hashes (addresses, networks) never
    change.
    """,
    """鍵を更新します。新しい鍵は 10 分後から署名に使われ、前の鍵も次の更新まで有効です。

    `link` はメールのリンクの署名、`webhook`、`api`、`salesforce` はほかのシステムと共有する鍵です。
    `master` は全部の鍵の元で、更新すると 4 つとも新しくなります。
    保存済みのハッシュ（アドレス、ネットワーク）の鍵は、変わりません。
    """,
)
def rotate(
    name: Annotated[
        str,
        typer.Argument(
            help=say("link, webhook, api, salesforce or master", "link、webhook、api、salesforce または master"),
            metavar="|".join(key_rotation.NAMES),
        ),
    ],
    yes: YesOption = False,
    as_json: AsJson = False,
) -> None:
    stack = connect()
    secrets, zone = stack.secrets, brand_zone(stack.playbook)
    since = key_rotation.dying_since(secrets.all(), name)
    if since and not yes:
        require_yes(yes=yes, as_json=as_json)
        if not is_confirmed(_warning(since, zone)):
            print(say("Nothing was rotated.", "更新しませんでした。"))
            return
    with bar(say("Rotating", "更新中")) as progress:
        found = key_rotation.rotate_key(name, secrets, token_urlsafe(_MASTER_BYTES), time(), progress)
    if as_json:
        print_json(found)
    else:
        _print(found, zone)


def _warning(since: datetime, zone: str) -> Words:
    day = local_time(since, zone, "%Y-%m-%d")
    return Words(
        f"Signatures from before {day} stop being accepted, also unsubscribe links in mails. Rotate?",
        f"{day} より前の署名は使えなくなります（メールの配信停止リンクも含む）。更新しますか？",
    )


def _print(found: dict[Rotated, dict[str, Any]], zone: str) -> None:
    for purpose, state in found.items():
        at = f"{local_time(datetime.fromisoformat(state['signs_from']), zone, '%H:%M')} {zone}"
        generation = state["generation"]
        print(
            say(
                f"{purpose}: generation {generation} signs from {at}.",
                f"{purpose}: 第 {generation} 世代の鍵が {at} から署名します。",
            ),
            say(_NEXT[purpose].en, _NEXT[purpose].ja),
        )
