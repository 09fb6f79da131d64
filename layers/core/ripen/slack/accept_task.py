"""The Task in the CRM after a press of Accept: for the person who takes the lead, or for the owner who keeps it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ripen import ids
from ripen.crm.ownership import Acceptance
from ripen.crm.upsert import Task
from ripen.lead.lead import Profile
from ripen.playbook.wording import full_name, with_honorific
from ripen.slack.action import CardAction
from ripen.slack.alert import CONTACT_REQUEST
from ripen.words import Words

_TURNED_HOT = Words("{lead} turned hot", "{lead}がホットになりました")
_ASKS = Words("{lead} asks to be contacted", "{lead}から問い合わせがありました")
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
    what = (_ASKS if kind == CONTACT_REQUEST else _TURNED_HOT).in_language(locale).format(lead=_lead(profile, locale))
    subject, about = (_SPEAK, _KEPT) if asks_owner else (_CALL, _TOOK)
    return Task(
        key=task_key(action),
        subject=subject.in_language(locale).format(what=what, user=user),
        description=about.in_language(locale).format(user=user),
        due=now.astimezone(ZoneInfo(tz)).date(),
        urgent=True,
    )


def _lead(profile: Profile, locale: str) -> str:
    """Return name and company, as far as they are known, else the address."""
    name, company = full_name(profile), profile.company.strip()
    if not (name and company):
        return name or company or profile.email
    return f"{with_honorific(name)}（{company}）" if locale == "ja" else f"{name} of {company}"
