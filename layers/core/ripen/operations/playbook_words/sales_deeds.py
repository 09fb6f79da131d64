"""What sales did with a lead in Salesforce, in words: done, and not done."""

from ripen.lead.activity import Kind
from ripen.words import Words

SALES_DEEDS: dict[str, tuple[Words, Words]] = {
    Kind.STATUS_CHANGED: (
        Words("got another status in Salesforce", "Salesforce で状況が{times}変わった"),
        Words("did not get another status in Salesforce", "Salesforce で状況が変わっていない"),
    ),
    Kind.OWNER_CHANGED: (
        Words("got another owner in Salesforce", "Salesforce で担当者が{times}変わった"),
        Words("did not get another owner in Salesforce", "Salesforce で担当者が変わっていない"),
    ),
    Kind.CONVERTED: (
        Words("was converted in Salesforce", "Salesforce で取引先責任者に変換された"),
        Words("was not converted in Salesforce", "Salesforce で取引先責任者に変換されていない"),
    ),
    Kind.OPTED_OUT_BY_SALES: (
        Words("was opted out in Salesforce", "Salesforce で配信停止になった"),
        Words("was not opted out in Salesforce", "Salesforce で配信停止になっていない"),
    ),
    Kind.OPTED_IN_BY_SALES: (
        Words("was opted in again in Salesforce", "Salesforce で配信停止が取り消された"),
        Words("was not opted in again in Salesforce", "Salesforce で配信停止が取り消されていない"),
    ),
    Kind.RECORD_DELETED: (
        Words("was deleted in Salesforce", "Salesforce でレコードが削除された"),
        Words("was not deleted in Salesforce", "Salesforce でレコードが削除されていない"),
    ),
    Kind.RECORD_RESTORED: (
        Words("was restored in Salesforce", "Salesforce でレコードが復元された"),
        Words("was not restored in Salesforce", "Salesforce でレコードが復元されていない"),
    ),
    Kind.RECORD_MERGED: (
        Words("was merged into another record in Salesforce", "Salesforce でレコードがマージされた"),
        Words("was not merged into another record in Salesforce", "Salesforce でレコードがマージされていない"),
    ),
    Kind.OPPORTUNITY_OPENED: (
        Words("became part of an opportunity", "{times}商談の対象になった"),
        Words("did not become part of an opportunity", "商談の対象になっていない"),
    ),
    Kind.OPPORTUNITY_MOVED: (
        Words("was part of an opportunity that got another stage", "商談のフェーズが{times}変わった"),
        Words("was not part of an opportunity that got another stage", "商談のフェーズが変わっていない"),
    ),
    Kind.OPPORTUNITY_WON: (
        Words("was part of an opportunity that sales won", "商談を{times}受注した"),
        Words("was not part of an opportunity that sales won", "商談を受注していない"),
    ),
    Kind.OPPORTUNITY_LOST: (
        Words("was part of an opportunity that sales lost", "商談を{times}失注した"),
        Words("was not part of an opportunity that sales lost", "商談を失注していない"),
    ),
}
