"""The Task in the CRM after a press of Accept: for the person who takes the lead, or for the owner who keeps it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ripen import ids
from ripen.crm.ownership import Acceptance
from ripen.crm.task_subject import named, turned_hot
from ripen.crm.upsert import Task
from ripen.lead.lead import Profile
from ripen.slack.action import CardAction
from ripen.slack.alert import CONTACT_REQUEST, HAND_OFF
from ripen.words import Words

_ASKS = Words("{lead} asks to be contacted", "{lead}から問い合わせがありました")
_HANDED_OFF = Words("{lead} was handed off to sales", "{lead}が営業に引き渡されました")
_CALL = Words("Call: {what}", "要連絡: {what}")
_SPEAK = Words("{what}; {user} would like to speak with you", "{what}。{user} さんが相談したいとのことです")
_TOOK = Words("{user} accepted the lead in Slack.", "Slack で {user} さんが「担当する」を押しました。")
_KEPT = Words(
    "{user} pressed Accept in Slack. You stay the owner.",
    "Slack で {user} さんが「担当する」を押しました。担当者はあなたのままです。",
)


def task_key(action: CardAction) -> str:
    """Return the key of the Task of this press. A later press after a release makes a new Task."""
    return ids.digest("accept-task", action.id)


def accept_task(
    action: CardAction, profile: Profile, kind: str, course: Acceptance, user: str, now: datetime, locale: str, tz: str
) -> Task:
    """Return the Task, due today in that time zone; `user` is the name of the person who pressed."""
    asks_owner = course is Acceptance.ASK_OWNER
    asks = _ASKS.in_language(locale).format(lead=named(profile, locale))
    handed_off = _HANDED_OFF.in_language(locale).format(lead=named(profile, locale))
    what = {CONTACT_REQUEST: asks, HAND_OFF: handed_off}.get(kind) or turned_hot(profile, locale)
    subject, about = (_SPEAK, _KEPT) if asks_owner else (_CALL, _TOOK)
    return Task(
        key=task_key(action),
        subject=subject.in_language(locale).format(what=what, user=user),
        description=about.in_language(locale).format(user=user),
        due=now.astimezone(ZoneInfo(tz)).date(),
        urgent=True,
    )
