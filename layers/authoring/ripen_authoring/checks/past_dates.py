"""Warn of dates in the past. These are warnings, because leads of the live playbook may still be affected."""

from collections.abc import Iterator
from datetime import date, datetime, time

from dateutil.rrule import rrulestr

from ripen.words import Words
from ripen_authoring import expressions
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.flow import PlacedStep, placed_steps
from ripen_authoring.models import steps
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.forms import FormFile
from ripen_authoring.models.journeys import JourneyFile
from ripen_authoring.models.mailings import CampaignFile
from ripen_authoring.models.triggers import OnSchedulePart
from ripen_authoring.problem import Problem


def check(folder: Folder, today: date) -> Iterator[Problem]:
    """Warn of schedules without a next occurrence, waits for a past date, and choices and campaigns in the past."""
    for journey in folder.journeys.values():
        yield from _check_schedules(journey, today)
        yield from _check_waits(journey, today)
    for form in folder.forms.values():
        yield from _check_choices(form, today)
    for campaign in folder.campaigns.values():
        yield from _check_start(campaign, today)


def _check_schedules(entry: Entry[JourneyFile], today: date) -> Iterator[Problem]:
    for number, on in enumerate(entry.model.enrol.on):
        if isinstance(on, OnSchedulePart):
            rule = rrulestr(on.every.removeprefix("RRULE:"), dtstart=datetime.fromisoformat(on.start), ignoretz=True)
            if rule.after(datetime.combine(today, time.min), inc=True) is None:
                message = Words(
                    f"{on.every} does not occur after {today}: no lead enters by it",
                    f"{on.every} は {today} よりあとにはありません。これで始める見込み客はいません",
                )
                yield entry.document.warning(("enrol", "on", number, "every"), message)


def _check_waits(entry: Entry[JourneyFile], today: date) -> Iterator[Problem]:
    for step in placed_steps(entry.model.steps):
        for where, written in _waits(step):
            day = expressions.wait_end(written).date
            if day and date.fromisoformat(day) < today:
                message = Words(
                    f"{day} is in the past: no lead waits here any more",
                    f"{day} は過去の日付です。ここで待つ見込み客はもういません",
                )
                yield entry.document.warning(where, message)


def _waits(step: PlacedStep) -> Iterator[tuple[DocumentPath, str]]:
    match step.part:
        case steps.WaitPart(wait=written):
            yield (*step.where, "wait"), written
        case steps.WaitForPart(wait_for=paths):
            for number, path in enumerate(paths):
                if path.after:
                    yield (*step.where, "wait_for", number, "after"), path.after


def _check_start(entry: Entry[CampaignFile], today: date) -> Iterator[Problem]:
    """Warn of a past start. Of a campaign that was sent, the file may stay: clicks in its mail lead to it."""
    if datetime.fromisoformat(entry.model.at).date() < today:
        message = Words(
            f"{entry.model.at} is in the past: unless this campaign was sent, give it a later time",
            f"{entry.model.at} は過去の日時です。まだ配信していなければ、これからの日時にしてください",
        )
        yield entry.document.warning(("at",), message)


def _check_choices(entry: Entry[FormFile], today: date) -> Iterator[Problem]:
    for number, field in enumerate(entry.model.fields):
        texts = [option.value or text for option in field.options for text in option.label.root.values()]
        days = [day for text in texts if (day := _date(text))]
        if days and len(days) == len(texts) and max(days) < today:
            message = Words(
                f"all dates to choose from are in the past (the last is {max(days)})",
                f"選べる日付がすべて過去です（最後は {max(days)}）",
            )
            yield entry.document.warning(("fields", number, "options"), message)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
