"""Tell people what became of a press: the presser alone, or everybody in the thread of the card."""

from copy import replace

from notify._press import Dependencies, alert_key, claim, finish, logger, retry_later
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.table import Row
from ripen.crm.users import slack_address
from ripen.errors import Undeliverable, Unsure
from ripen.slack.action import PATIENCE, CardAction, can_answer
from ripen.slack.alert import Alert
from ripen.slack.blocks import mention
from ripen.slack.press_words import Messages, press_messages
from ripen.slack.slack_errors import NO_CARD


def tell(row: Row[CardAction], dependencies: Dependencies) -> None:
    """Say what there is to say, once, and finish the press. While Slack is down, retry for up to a day.

    1. In shadow mode, finish without a word.
    2. Claim the press, so that one worker at a time speaks.
    3. Answer the presser. If Slack does not take the answer any more, it goes into the thread.
    4. Reply in the thread. After a lost answer, look the reply up before it is posted again.
    """
    alert = dependencies.table.get(alert_key(row.value))
    if alert is None or in_shadow(dependencies.table):
        finish(row, dependencies)
        return
    may_be_there = row.value.replied
    row = claim(Row(row.key, replace(row.value, replied=True), row.version, row.due), dependencies)
    try:
        messages = _messages(row.value, alert.value, dependencies)
        if not row.value.answered and _answered(row.value, messages.answer, dependencies):
            row = Row(row.key, replace(row.value, answered=True), row.version, row.due)
        if text := _thread_text(row.value, messages):
            _reply(row.value, alert.value, text, may_be_there, dependencies)
    except (Undeliverable, Unsure) as error:
        refused = error if isinstance(error, Undeliverable) else None
        is_over = dependencies.clock.now() - row.value.at > PATIENCE
        if not (is_over or (refused and refused.permanent)):
            retry_later(row, error, dependencies)
            return
        logger.warning("people not told", action=row.value.id, reason=str(error))
    finish(row, dependencies)


def _messages(action: CardAction, alert: Alert, dependencies: Dependencies) -> Messages:
    asked, users = alert.asked, dependencies.bundle.sync.users
    email = slack_address(asked.owner, asked.owner_email, users) if asked else ""
    owner = dependencies.chat.user_with_email(email) if email else ""
    return press_messages(action, alert, dependencies.locale, owner)


def _answered(action: CardAction, text: str, dependencies: Dependencies) -> bool:
    """Answer the presser alone, and return whether Slack took it."""
    if not text or not can_answer(action, dependencies.clock.now()):
        return False
    try:
        dependencies.chat.respond(action.response_url, text)
    except Undeliverable as error:
        logger.warning("could not answer in Slack", action=action.id, reason=error.reason)
        return False
    return True


def _thread_text(action: CardAction, messages: Messages) -> str:
    unanswered = messages.answer and not action.answered
    told = f"{mention(action.user, action.user_name)} {messages.answer}" if unanswered else ""
    return "\n".join(filter(None, (messages.thread, told)))


def _reply(action: CardAction, alert: Alert, text: str, may_be_there: bool, dependencies: Dependencies) -> None:
    """Post the reply unless it is there. Raises Undeliverable, Unsure."""
    if not alert.ts:
        raise Undeliverable(NO_CARD, permanent=False)
    chat = dependencies.chat
    if not (may_be_there and chat.has_reply(alert.channel, alert.ts, action.id)):
        chat.reply(alert.channel, alert.ts, text, action.id)
