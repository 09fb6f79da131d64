"""Run every check of a playbook's files."""

from collections.abc import Iterator
from datetime import date

from ripen_authoring.checks import (
    form_pages,
    forms,
    journey_graph,
    journeys,
    locales,
    mailings,
    past_dates,
    placeholders,
    routing,
    scoring,
    settings,
    simulations,
    slips,
)
from ripen_authoring.checks.mail import mails
from ripen_authoring.checks.template import templates
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem


def check(folder: Folder, ripen: Entry[RipenFile], scored: Entry[ScoringFile], today: date | None) -> Iterator[Problem]:
    """Check all files against one another. Dates in the past are checked only where `today` is given."""
    yield from settings.check(folder, ripen)
    yield from forms.check(folder)
    yield from form_pages.check(folder)
    yield from journeys.check(folder, ripen.model)
    yield from journey_graph.check(folder)
    yield from mailings.check(folder, ripen.model)
    yield from routing.check(folder, ripen.model)
    yield from scoring.check(folder, scored, ripen.model)
    yield from locales.check(folder, ripen, scored)
    yield from templates.check(folder, scored, ripen.model.locales)
    yield from mails.check(folder, ripen.model)
    yield from simulations.check(folder, ripen.model)
    yield from slips.check(folder, scored)
    yield from placeholders.check(folder)
    if today:
        yield from past_dates.check(folder, today)
