"""The addresses of the local cloud, one line each, and what to do next."""

from cli.local.home import LocalCloud
from cli.output.language import say

_NAME_WIDTH = 16


def welcome(status: LocalCloud, detached: bool) -> str:
    """Return Rich markup, at most 80 columns wide. `detached` says whether the cloud runs in the background."""
    lines = [
        f"[bold]{_padded(name)}[/][cyan]{address}[/]\n{'':{_NAME_WIDTH}}[dim]{hint}[/]"
        for name, address, hint in _parts(status)
    ]
    end = "ripen down" if detached else "Ctrl-C"
    next_ = say("Next", "次に")
    address = say("ADDRESS", "メールアドレス")
    stops = say(f"{end} stops it.", f"停止するには {end}。")
    return "\n".join([*lines, "", f"{next_}: .venv/bin/ripen lead {address}, ripen clock +3d, ripen --help", stops])


def _parts(status: LocalCloud) -> tuple[tuple[str, str, str], ...]:
    """Return name, address and hint of each part."""
    return (*_ripen(status), *_stand_ins(status))


def _ripen(status: LocalCloud) -> tuple[tuple[str, str, str], ...]:
    page = f"{status.api}/pages/whitepaper?lang={say('en', 'ja')}"
    fill_in = say(
        "fill in the form: a lead is born (lang=ja: Japanese)",
        "フォームを送ると見込み客が生まれます（lang=en: 英語）",
    )
    watch = say("one lead's life as it happens, with buttons to try it", "見込み客の動きを見て、ボタンで試せます")
    return (
        (say("Landing page", "ページ"), page, fill_in),
        (say("Console", "コンソール"), status.console, watch),
    )


def _stand_ins(status: LocalCloud) -> tuple[tuple[str, str, str], ...]:
    mails = say(
        "mails arrive here: follow a link in one, and the lead is hot",
        "メールはここに届きます。リンクを開くと、ホットになります",
    )
    cards = say(
        "hot leads arrive in #sales: press Accept (担当する)",
        "ホットな見込み客が #sales に届きます。「担当する」を押します",
    )
    records = say("what sales sees (the certificate is our own)", "営業の画面（証明書は自己署名）")
    calls = say(
        'plays a system that journeys call: answers {"grade": "A"}',
        'シナリオが呼ぶ社内システムの代役。{"grade": "A"} と応答します',
    )
    emulator = say("the emulator, for aws --endpoint-url", "エミュレーター（aws --endpoint-url 用）")
    return (
        (say("Mailbox", "メールボックス"), status.mailbox, mails),
        ("Slack", status.slack, cards),
        ("Salesforce", status.salesforce, records),
        ("Webhook", f"{status.webhook}/any?grade=A", calls),
        ("AWS", status.aws, emulator),
    )


def _padded(name: str) -> str:
    """Return the name in its column: a Japanese letter takes two places."""
    return name + " " * (_NAME_WIDTH - sum(1 if letter.isascii() else 2 for letter in name))
