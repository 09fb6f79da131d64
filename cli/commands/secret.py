"""ripen secret: the key that verifies our webhooks, and the key that signs requests to our API."""

from typing import Annotated

import typer

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.words import Words

_SHARED = ("webhook", "api")
"""The keys that are shared with other systems. No other key is ever shown."""


@help_text(
    """Print a key that you share with other systems, in hex.

    `webhook` verifies the signature of the requests that webhook steps send; `api` signs requests that enrol leads in
    journeys. Keep the key in a secret store and out of tickets and mails: anyone who has it can sign in your name.
    """,
    """ほかのシステムと共有する鍵を 16 進数で出力します。

    `webhook` は、ウェブフックの手順が送るリクエストの署名を確かめる鍵です。
    `api` は、見込み客をシナリオに登録するリクエストに署名する鍵です。
    鍵は秘密情報の保管庫に置き、チケットやメールに書かないでください。鍵を持つ人は誰でも署名できます。
    """,
)
def secret(
    name: Annotated[str, typer.Argument(help=say("webhook or api", "webhook または api"), metavar="webhook|api")],
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
