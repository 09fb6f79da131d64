"""The confirmation mail: the only mail that the playbook does not write. Its page proves an address and a consent."""

from datetime import datetime, timedelta

from ripen.ids import send_id
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.bundle import Email, Mail

CONFIRMATION = "confirm-consent"
"""The name of the mail, in the ledger and in reports."""
AGAIN = timedelta(days=7)
"""One address gets no second confirmation mail in this time, however often its form is posted."""

_FOOTER = "--\n{{ brand.legal_name }}\n{{ brand.postal_address }}\n{{ brand.contact }}\n"
_JA = Mail(
    subject="【{{ brand.name }}】ご案内メールの受け取りの確認",
    html="",
    text=(
        "{{ brand.name }}のご案内メールを、このアドレスで受け取るお申し込みがありました。\n"
        "受け取りを希望される方は、次のページを開き、「受け取る」ボタンを押してください。\n\n"
        "{{ confirm_url }}\n\n"
        "お心当たりのない方は、何もなさらないでください。ご案内メールはお送りしません。\n\n"
        + _FOOTER
        + "この確認メールも不要な方: {{ unsubscribe_url }}\n"
    ),
)
_EN = Mail(
    subject="Please confirm: news from {{ brand.name }}",
    html="",
    text=(
        "Somebody asked for news from {{ brand.name }} at this address.\n"
        "To receive it, open this page and press its button:\n\n"
        "{{ confirm_url }}\n\n"
        "If it was not you, do nothing: we will send you no news.\n\n"
        + _FOOTER
        + "To get no such mail again: {{ unsubscribe_url }}\n"
    ),
)
MAIL = Email(name=CONFIRMATION, mail_class="transactional", locales={"ja": _JA, "en": _EN})


def plan(lead: str, record: str, now: datetime) -> Send:
    """Return the confirmation mail for the consent that `record` names."""
    return Send(
        id=send_id("confirm", record, CONFIRMATION, 1, lead),
        lead=lead,
        email=CONFIRMATION,
        mail_class=MailClass.TRANSACTIONAL,
        origin="confirm",
        step=CONFIRMATION,
        planned=now,
        valid_until=now + AGAIN,
    )
