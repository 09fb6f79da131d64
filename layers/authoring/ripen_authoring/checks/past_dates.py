"""Dates that are over: nothing that hangs on them will happen again. Warnings: what is live may still be on its way."""

from collections.abc import Iterator
from datetime import date, datetime, time

from dateutil.rrule import rrulestr

from ripen_authoring import expressions
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.flow import Laid, laid_out
from ripen_authoring.models import steps as written
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.forms import FormFile
from ripen_authoring.models.journeys import JourneyFile
from ripen_authoring.problem import Problem


def over(folder: Folder, today: date) -> Iterator[Problem]:
    """Schedules that do not return, waits for a day that is past, and choices that are all of yesterday. A campaign's time
    is no mistake once it has been sent; scheduling it again asks."""
    for journey in folder.journeys.values():
        yield from _schedules(journey, today)
        for laid in laid_out(journey.model.steps):
            for where, phrase in _waits(laid):
                day = expressions.until(phrase).date
                if day and date.fromisoformat(day) < today:
                    yield journey.document.warning(where, f"{day} is over: nobody waits here any more")
    for form in folder.forms.values():
        yield from _choices(form, today)


def _schedules(entry: Entry[JourneyFile], today: date) -> Iterator[Problem]:
    for number, on in enumerate(entry.model.enrol.on):
        if on.every and on.start:
            returns = rrulestr(on.every.removeprefix("RRULE:"), dtstart=datetime.fromisoformat(on.start), ignoretz=True)
            if returns.after(datetime.combine(today, time.min), inc=True) is None:
                where = ("enrol", "on", number, "every")
                yield entry.document.warning(where, f"{on.every} does not return after {today}: nobody enters by it")


def _waits(laid: Laid) -> Iterator[tuple[DocumentPath, str]]:
    match laid.part:
        case written.WaitPart(wait=phrase):
            yield (*laid.where, "wait"), phrase
        case written.WaitForPart(wait_for=paths):
            for number, path in enumerate(paths):
                if path.after:
                    yield (*laid.where, "wait_for", number, "after"), path.after


def _choices(entry: Entry[FormFile], today: date) -> Iterator[Problem]:
    for number, field in enumerate(entry.model.fields):
        days = [day for option in field.options for text in option.root.values() if (day := _day(text))]
        if days and len(days) == sum(len(option.root) for option in field.options) and max(days) < today:
            where = ("fields", number, "options")
            yield entry.document.warning(where, f"every day to choose is over (the last is {max(days)})")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
