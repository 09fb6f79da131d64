"""Compile the playbook's files into the bundle that the functions read."""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from ripen.calendar.local_time import office_zone
from ripen.failure import Failure
from ripen.playbook.bundle import FORMAT, Bundle
from ripen.words import Words
from ripen_authoring.building import forms, journeys, mailings, retention, routing, scoring, settings
from ripen_authoring.building.memberships import memberships
from ripen_authoring.checks import all_checks
from ripen_authoring.checks import retention as retention_checks
from ripen_authoring.checks.template import trial_rendering
from ripen_authoring.files.folder import Folder, load
from ripen_authoring.files.sources import check_size
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import InvalidPlaybook, Problem


@dataclass(frozen=True)
class CheckedPlaybook:
    """A playbook that can be published, and its warnings."""

    bundle: Bundle
    warnings: tuple[Problem, ...]


def compile_playbook(folder: Path) -> Bundle:
    """Return the bundle of a playbook's folder. Its hash covers its whole content. Raise InvalidPlaybook."""
    return check_playbook(folder).bundle


def compile_or_fail(folder: Path) -> Bundle:
    """Return the bundle of a playbook's folder. Raise Failure with a list of all problems."""
    return or_fail(lambda: compile_playbook(folder), folder)


def or_fail[T](checked: Callable[[], T], folder: Path) -> T:
    """Return the result of a check. Raise Failure with a list of all problems."""
    try:
        return checked()
    except InvalidPlaybook as invalid:
        problems = invalid.listing(folder)
        raise Failure(
            Words(f"The playbook has errors:\n{problems.en}", f"プレイブックに誤りがあります:\n{problems.ja}"),
            Words(
                f"Correct the files, then run: ripen check {folder}", f"ファイルを直してから実行: ripen check {folder}"
            ),
        ) from None


def check_playbook(folder: Path, now: datetime | None = None) -> CheckedPlaybook:
    """Return the bundle and the warnings. Raise InvalidPlaybook with all errors and warnings.

    1. Load all files.
    2. Check them against one another; with `now`, also warn of dates in the past, by the playbook's time zone.
    3. Build the bundle, and render every page and mail once.
    """
    files = load(folder)
    ripen, scored = files.ripen, files.scoring
    problems: list[Problem] = [*files.problems, *check_size(folder)]
    if ripen is None or scored is None:
        raise InvalidPlaybook(problems)
    today = now.astimezone(office_zone(settings.brand(ripen.model))).date() if now else None
    problems += all_checks.check(files, ripen, scored, today)
    if any(problem.severity == "error" for problem in problems):
        raise InvalidPlaybook(problems)
    compiled = _bundle(files, ripen.model, scored.model)
    problems += [*retention_checks.check(compiled, ripen), *trial_rendering.check(compiled, files)]
    if any(problem.severity == "error" for problem in problems):
        raise InvalidPlaybook(problems)
    content = msgspec.json.encode(compiled, order="deterministic")
    return CheckedPlaybook(replace(compiled, hash=sha256(content).hexdigest()[:32]), tuple(sorted(set(problems))))


def _bundle(files: Folder, ripen: RipenFile, scored: ScoringFile) -> Bundle:
    locales = ripen.locales
    compiled = Bundle(
        format=FORMAT,
        brand=settings.brand(ripen),
        sync=settings.sync(ripen.sync),
        policy=settings.policy(ripen.policy),
        calendar=settings.calendar(ripen.calendar),
        stages=ripen.stages,
        scoring=scoring.scoring(scored, locales),
        tracking=settings.tracking(ripen.tracking),
        routing=routing.routing(files.routing.model) if files.routing else None,
        forms={name: forms.form(name, entry.model, locales) for name, entry in files.forms.items()},
        pages={name: forms.page(name, versions) for name, versions in files.pages.items()},
        emails={name: mailings.email(name, entry, ripen) for name, entry in files.emails.items()},
        journeys={name: journeys.journey(name, entry.model, locales) for name, entry in files.journeys.items()}
        | {each.name: each for each in memberships(ripen.sync)},
        segments={name: mailings.segment(name, entry.model, locales) for name, entry in files.segments.items()},
        campaigns={name: mailings.campaign(name, entry.model, locales) for name, entry in files.campaigns.items()},
    )
    return replace(compiled, keep=retention.retention(ripen.keep, compiled))
