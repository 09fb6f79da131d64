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
}
