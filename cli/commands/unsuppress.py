"""ripen unsuppress: lift the suppression of an address whose bounce was a mistake."""

from getpass import getuser
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.stack.stack import connect
from ripen.adapters.ses.suppression_list import SuppressionList
from ripen.failure import Failure
from ripen.operations.sending.unsuppress import unsuppress as lift
from ripen.words import Words

_Email = Annotated[str, typer.Argument(help=say("The lead's address.", "見込み客のアドレス。"), show_default=False)]
_Why = Annotated[
    str,
    typer.Option(
        "--why",
        help=say(
            "Why the bounce was a mistake. It stays in the lead's history.",
            "不達が誤りだったと言える理由。見込み客の履歴に残ります。",
        ),
        show_default=False,
    ),
]


@help_text(
    "Let mail go to an address again that bounced by mistake, in Ripen and in SES."
    "\n\nA person who unsubscribed or reported spam must agree again instead.",
    "誤って不達とされたアドレスへの配信を、Ripen と SES の両方で再開できるようにします。"
    "\n\n配信を停止した人と、迷惑メールとして報告した人には、代わりに新しい同意が必要です。",
)
def unsuppress(email: _Email, why: _Why = "", as_json: AsJson = False) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    stack = connect()
    try:
        lifted = lift(email, why, getuser(), stack.table, stack.secrets, SuppressionList(), stack.clock.now())
    except (BotoCoreError, ClientError) as error:
        raise Failure(
            Words(f"AWS does not answer: {error}", f"AWS が応答しません: {error}"),
            Words(
                "Sign in with the rights of Publisher and Operator, then try again.",
                "Publisher と Operator の権限でサインインして、もう一度試してください。",
            ),
        ) from None
    if as_json:
        print_json(lifted.plain())
        return
    shown = escape(lifted.email)
    Console(highlight=False, soft_wrap=True).print(
        say(
            f"[bold]Mail may go to {shown} again.[/] Mails that were skipped meanwhile are not sent.",
            f"[bold]{shown} への配信を再開できます。[/] その間に送信されなかったメールは送信されません。",
        )
    )
