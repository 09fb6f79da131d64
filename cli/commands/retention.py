"""ripen retention: what expires by the periods of `keep`, and when."""

from itertools import islice
from pathlib import Path

from msgspec import to_builtins
from rich.console import Console

from cli.commands._playbook_folder import DEFAULT_FOLDER, FolderOption
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.progress import bar
from cli.output.row_table import RowTable, row_table
from cli.stack.stack import connect
from ripen.calendar.local_time import office_zone
from ripen.lead.activity import Kind
from ripen.operations.leads.retention import DECISIONS, MAILS, NEVER, Expiry, expiries
from ripen.operations.live_playbook import live_bundle
from ripen.playbook.retention import Retention
from ripen.words import Words

_MONTHS = 6
KINDS = {
    Kind.FORM_SUBMITTED: Words("forms", "フォームの送信"),
    Kind.PAGE_VIEWED: Words("pages viewed", "ページの表示"),
    Kind.PAGE_READ: Words("pages read (3 seconds or more)", "ページを読んだ（3 秒以上）"),
    Kind.FILE_DOWNLOADED: Words("downloads", "ダウンロード"),
    Kind.LINK_FOLLOWED: Words("links to other sites", "ほかのサイトへのリンク"),
    Kind.LINK_CLICKED: Words("clicks", "クリック"),
    Kind.UNSUBSCRIBED: Words("unsubscribed", "配信停止"),
    Kind.RESUBSCRIBED: Words("resubscribed", "配信再開"),
    Kind.CONFIRMED: Words("confirmed", "アドレスの確認"),
    Kind.BOUNCED: Words("bounced", "不達"),
    Kind.COMPLAINED: Words("complained", "迷惑メールの報告"),
    Kind.REJECTED_BY_SALES: Words("not a fit", "見送り"),
    Kind.ACCEPTED_BY_SALES: Words("accepted by sales", "営業が担当"),
    Kind.POINTS_GIVEN: Words("points given", "点の付与"),
    Kind.UPDATED: Words("updated", "更新"),
    Kind.ENTRY_ASKED: Words("entries asked for", "登録の依頼"),
    Kind.CAMPAIGN_JOINED: Words("Salesforce campaigns", "Salesforce キャンペーン"),
    Kind.CONVERTED: Words("converted", "取引先責任者への変換"),
    Kind.REPLIED: Words("replies", "返信"),
    Kind.OPPORTUNITY_OPENED: Words("opportunities opened", "始まった商談"),
    Kind.OPPORTUNITY_MOVED: Words("stages of opportunities", "商談のフェーズの変更"),
    Kind.OPPORTUNITY_WON: Words("opportunities won", "受注した商談"),
    Kind.OPPORTUNITY_LOST: Words("opportunities lost", "失注した商談"),
    Kind.STATUS_CHANGED: Words("status in Salesforce", "Salesforce の状況の変更"),
    Kind.OPTED_OUT_BY_SALES: Words("opted out in Salesforce", "Salesforce での配信停止"),
    Kind.OPTED_IN_BY_SALES: Words("opted in again in Salesforce", "Salesforce での配信停止の取り消し"),
    Kind.RECORD_DELETED: Words("records deleted in Salesforce", "Salesforce でのレコードの削除"),
    Kind.RECORD_RESTORED: Words("records restored in Salesforce", "Salesforce でのレコードの復元"),
    Kind.RECORD_MERGED: Words("records merged in Salesforce", "Salesforce でのレコードのマージ"),
    Kind.OWNER_CHANGED: Words("owner in Salesforce", "Salesforce の担当者の変更"),
    MAILS: Words("mails", "メール"),
    DECISIONS: Words("decisions", "判断"),
}
"""The words for each kind of row."""


@help_text(
    "Show which rows expire, in which month, and what other periods would change."
    "\n\nThe periods are `keep` in ripen.yaml. The command reads the whole table and compares it with the playbook's"
    " folder.",
    "どの行がどの月に削除されるか、期間を変えるとどうなるかを表示します。"
    "\n\n期間は ripen.yaml の `keep` です。テーブル全体を読み、プレイブックのフォルダーの期間と比べます。",
)
def retention(folder: FolderOption = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    stack = connect()
    live = live_bundle(stack.playbook)
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    with bar(say("Reading the table", "テーブルを読んでいます")) as progress:
        found = expiries(stack.table, _periods(folder, live.keep), office_zone(live.brand), progress)
    if as_json:
        print_json(to_builtins(found))
        return
    if not found:
        console.print(say("There is nothing to keep yet.", "保存している行はまだありません。"))
        return
    console.print(_table(found, compared=_has_playbook(folder)))


def _periods(folder: Path, live: Retention) -> Retention:
    """Return the periods of the folder, or the live ones without a folder."""
    from ripen_authoring.compile import compile_or_fail  # slow to load

    return compile_or_fail(folder).keep if _has_playbook(folder) else live


def _has_playbook(folder: Path) -> bool:
    return (folder / "ripen.yaml").is_file()


def _table(found: list[Expiry], compared: bool) -> RowTable:
    columns = [say("Kind", "種類"), say("Gone", "削除済み"), say("Goes", "削除される月")]
    if compared:
        columns.append(say("With the folder's periods", "フォルダーの期間では"))
    rows = (
        (_kind(each.kind), f"{each.gone:,}", _months(each.now), *([_months(each.planned)] if compared else []))
        for each in found
    )
    return row_table("", columns, rows)


def _kind(kind: str) -> str:
    """Return the kind in words with its key of `keep`, where the key is another word."""
    from ripen_authoring.building.retention import GROUPS  # slow to load

    words = KINDS[kind].in_language(language())
    key = next((key for key, kinds in GROUPS.items() if kind in kinds), kind)
    return words if key == words or kind == DECISIONS else f"{words} ({key})"


def _months(counts: dict[str, int]) -> str:
    """Return the first months with their counts, the sum of all later ones, and what never goes."""
    months = {month: count for month, count in counts.items() if month != NEVER}
    later = sum(islice(months.values(), _MONTHS, None))
    shown = [f"{month}: {count}" for month, count in islice(months.items(), _MONTHS)]
    shown += [say(f"later: {later}", f"以降: {later}")] if later else []
    never = counts.get(NEVER, 0)
    return "\n".join([*shown, *([say(f"never: {never}", f"削除なし: {never}")] if never else [])])
