"""The command line: every command and its name, in one place."""

import os
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from cli.lazy_command import LazyCommand
from cli.local.home import ask_this_machine_directly
from cli.output.file_errors import file_failure
from cli.output.help_page import localise
from cli.output.language import choose, language, say
from ripen.errors import NewerFormat
from ripen.failure import Failure
from ripen.words import Words

COMMANDS = {
    "status": (
        "cli.commands.cloud:status",
        Words(
            "Show whether mail goes out, what is due, overdue or held, and where the parts of the local cloud are.",
            "配信の状態、期限の来た処理と遅れている処理、保留中のメール、ローカルクラウドの各画面の場所を表示します。",
        ),
    ),
    "down": (
        "cli.commands.cloud:down",
        Words(
            "Stop the local cloud; its data stays for the next `make up`.",
            "ローカルクラウドを停止します。データは次の `make up` まで残ります。",
        ),
    ),
    "lead": (
        "cli.commands.lead:lead",
        Words(
            "Show one lead: profile, score and reasons, journeys, mails, alerts, and every decision with its reason.",
            "見込み客 1 人を表示します: プロフィール、スコアと理由、シナリオ、メール、通知、判断とその理由。",
        ),
    ),
    "mailbox": (
        "cli.commands.read:mailbox",
        Words(
            "List the mails that the local cloud has sent, newest last.",
            "ローカルクラウドが送ったメールを、新しいものを下にして一覧します。",
        ),
    ),
    "slack": (
        "cli.commands.read:slack",
        Words(
            "List the cards in the local Slack's sales channel, oldest first.",
            "ローカルの Slack の営業チャンネルにあるカードを、古い順に一覧します。",
        ),
    ),
    "crm": (
        "cli.commands.crm:crm",
        Words(
            "Query Salesforce, and list the leads that do not reach it.",
            "Salesforce への問い合わせと、Salesforce に書き込めない見込み客の一覧。",
        ),
    ),
    "clock": (
        "cli.commands.time:clock",
        Words("Move the local cloud's clock forward.", "ローカルクラウドの時計を進めます。"),
    ),
    "stop": ("cli.commands.sending:stop", Words("Stop all sending.", "すべての配信を停止します。")),
    "resume": ("cli.commands.sending:resume", Words("Resume sending.", "配信を再開します。")),
    "restore": (
        "cli.commands.restore:restore",
        Words(
            "Prepare a table that was restored from a backup: stop sending, and copy refusals and sent mails to it.",
            "バックアップから復元したテーブルを準備します: 配信を止め、配信の拒否と送信済みのメールを書き写します。",
        ),
    ),
    "shadow": (
        "cli.commands.shadow:app",
        Words(
            "Shadow mode: decide everything, send and write nothing.",
            "シャドーモード: 判断だけを行い、送信も書き込みもしません。",
        ),
    ),
    "doctor": (
        "cli.commands.doctor:doctor",
        Words(
            "Check every prerequisite: its state, its owner, and the next step.",
            "前提条件をすべて確認します: 状態、担当、次にすること。",
        ),
    ),
    "reclassify": (
        "cli.commands.verdicts:reclassify",
        Words(
            "Judge again by the current rules whether a person or a machine made each click of a lead.",
            "見込み客のクリックが人によるものか機械によるものかを、現在の規則で判定し直します。",
        ),
    ),
    "check": (
        "cli.commands.playbook:check",
        Words("Check the playbook: every mistake in one run.", "プレイブックを確認します。"),
    ),
    "campaign": (
        "cli.commands.campaign:app",
        Words(
            "Schedule a campaign, look at it, pause, stop, resume or resend it, and list its recipients.",
            "キャンペーンの予約、状況の確認、一時停止、中止、再開、再送、受信者の一覧。",
        ),
    ),
    "enrol": (
        "cli.commands.enrol:enrol",
        Words("Enrol leads in a journey.", "見込み客をシナリオに登録します。"),
    ),
    "why": (
        "cli.commands.why:why",
        Words(
            "Explain what happened to one lead: each mail that was sent or not, each point, each write to Salesforce.",
            "見込み客 1 人に起きたことを説明します: 送った／送らなかったメール、スコアの点、Salesforce への書き込み。",
        ),
    ),
    "held": (
        "cli.commands.held:held",
        Words(
            "List the mails that are held because their outcome is not known.",
            "結果が分からず保留中のメールを一覧します。",
        ),
    ),
    "unsuppress": (
        "cli.commands.unsuppress:unsuppress",
        Words(
            "Let mail go to an address again that bounced by mistake.",
            "誤って不達とされたアドレスへの配信を再開できるようにします。",
        ),
    ),
    "quarantine": (
        "cli.commands.quarantine:quarantine",
        Words(
            "List the submissions of forms that are in quarantine, and release or drop them.",
            "隔離中のフォーム送信を一覧し、受け付けるか破棄します。",
        ),
    ),
    "retention": (
        "cli.commands.retention:retention",
        Words(
            "Show which rows expire, in which month, and what other periods would change.",
            "どの行がどの月に削除されるか、期間を変えるとどうなるかを表示します。",
        ),
    ),
    "redrive": (
        "cli.commands.redrive:redrive",
        Words(
            "Move the messages in the dead-letter queues back to their queues.",
            "デッドレターキューのメッセージを元のキューに戻します。",
        ),
    ),
    "plan": (
        "cli.commands.plan:plan",
        Words("Compare the playbook with the live one.", "公開中のプレイブックと比べます。"),
    ),
    "rollback": (
        "cli.commands.rollback:rollback",
        Words("Restore the previous playbook.", "前のプレイブックにもどします。"),
    ),
    "preview": (
        "cli.commands.preview:preview",
        Words("Show a mail as this person would get it.", "この人に届くとおりにメールを表示します。"),
    ),
    "journey": (
        "cli.commands.journey:journey",
        Words("Show a live journey as a picture.", "公開中のシナリオを図で表示します。"),
    ),
    "simulate": (
        "cli.commands.simulate:simulate",
        Words("Simulate a journey for one invented lead.", "架空の見込み客 1 人でシナリオをシミュレーションします。"),
    ),
    "secret": (
        "cli.commands.secret:app",
        Words(
            "Print a key that you share with other systems, or rotate a key.",
            "ほかのシステムと共有する鍵の出力と、鍵の更新。",
        ),
    ),
    "schema": (
        "cli.commands.schema:schema",
        Words("Write the JSON Schema of each kind of file.", "ファイルの種類ごとに JSON Schema を書き出します。"),
    ),
    "pull": (
        "cli.commands.pull:pull",
        Words(
            "Write the files of the live playbook into a new folder.",
            "公開中のプレイブックのファイルを、新しいフォルダーに書き出します。",
        ),
    ),
    "publish": (
        "cli.commands.playbook:publish",
        Words(
            "Check the playbook, store it under the hash of its content, and make it live.",
            "プレイブックを確認し、内容のハッシュを名前として保存して、公開します。",
        ),
    ),
}
"""Where each command is, to be imported when it is called, and how its help begins."""


class Commands(TyperGroup):
    """The list of commands, none of which is imported."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.help = say(
            "Ripen: marketing automation inside Salesforce and Slack.",
            "Ripen: Salesforce と Slack の中で動くマーケティングオートメーション。",
        )
        stack: Any = self.params[0]
        stack.help = say(
            "The stack on AWS to talk to, also while a local cloud runs.",
            "操作する AWS 上のスタック。ローカルクラウドの起動中も有効。",
        )
        localise(self)
        for name, (place, summary) in COMMANDS.items():
            self.add_command(LazyCommand(name, place, summary.in_language(language())))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Skip our own options where a command comes first: Typer loads pydantic for any text, which takes 200 ms."""
        ctx.meta[__name__] = args[:1] != [] and not args[0].startswith("-")
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        return [] if ctx.meta.get(__name__) else super().get_params(ctx)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


@app.callback()
def talk_to(
    stack: Annotated[str, typer.Option(metavar="NAME")] = "",
) -> None:
    """Remember which stack to talk to."""
    if stack:
        os.environ["RIPEN_STACK"] = stack


def main() -> None:
    """Run `ripen`. A failure is one line and its next step, never a traceback."""
    ask_this_machine_directly()
    choose(sys.argv[1:], os.environ)
    try:
        app()
    except Failure as failure:
        _fail(failure)
    except NewerFormat as error:
        _fail(
            Failure(
                Words(
                    f"A newer Ripen wrote what this command reads: {error}.",
                    f"新しい版の Ripen が書いたデータです: {error}",
                ),
                Words(
                    "Update this folder, then run it again: git pull", "このフォルダーを更新してから再実行: git pull"
                ),
            )
        )
    except OSError as error:
        if error.errno is None:  # an error of a library, for example of requests
            raise
        _fail(file_failure(error))
    except _of_aws() as error:
        _fail(
            Failure(
                Words(f"A request to AWS failed: {error}", f"AWS へのリクエストが失敗しました: {error}"),
                Words(
                    "Check that your login is valid and has the permission: aws sts get-caller-identity",
                    "ログインが有効で権限があるかを確かめてください: aws sts get-caller-identity",
                ),
            )
        )


def _of_aws() -> tuple[type[Exception], ...]:
    """Return what boto3 raises, if it was imported."""
    errors: Any = sys.modules.get("botocore.exceptions")
    return (errors.ClientError, errors.BotoCoreError) if errors else ()


def _fail(failure: Failure) -> NoReturn:
    from rich.console import Console
    from rich.markup import escape

    error = Console(stderr=True, highlight=False, soft_wrap=True)
    what, next_step = failure.in_language(language())
    headline = f"[bold red]{escape(what)}[/]"
    error.print(headline)
    if next_step:
        error.print(escape(next_step))
    sys.exit(1)
