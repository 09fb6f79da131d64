"""What is wanted in the CRM for one lead: score.sync writes it, and `ripen crm plan` shows it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.crm.upsert import Blocked, DesiredRecord, desired_record, not_admitted
from ripen.errors import Undeliverable
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.marks import CrmMark
from ripen.playbook.bundle import Bundle
from ripen.playbook.form_answers import answers_text
from ripen.playbook.template_limits import TemplateError
from ripen.scoring.reasons import Said, reasons
from ripen.scoring.score import score

_MAX_REASONS = 10
"""Reasons of the score that a record shows."""


class UpToDate(Struct, frozen=True):
    """The CRM has these values already."""


Judgement = DesiredRecord | Blocked | UpToDate | Undeliverable
"""The record that is wanted, or why nothing is to be written; Undeliverable if a reason cannot be rendered."""


def judge(profile: Profile, state: State, mark: CrmMark, bundle: Bundle, now: datetime) -> Judgement:
    """Return the record that the CRM should have, or why nothing is to be written."""
    points = score(state, bundle.scoring, now)
    if why := not_admitted(profile, state, points, bundle.sync):
        return Blocked(reason=why)
    locale, zone = bundle.brand.default_locale, bundle.brand.time_zone
    try:
        found = reasons(profile, state, bundle.scoring, now, locale, zone, said=Said.DATED, limit=_MAX_REASONS)
    except TemplateError as error:
        return Undeliverable(str(error), permanent=True)
    words = [reason.words for reason in found]
    today = now.astimezone(ZoneInfo(zone)).date()
    answers = answers_text(profile.answers, bundle, locale)
    record = desired_record(profile, state, points, words, bundle.sync, locale, today, mark.task, answers)
    return UpToDate() if record.digest == mark.digest else record
