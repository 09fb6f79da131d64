"""Make a playbook live: publish a new one, or go back to an earlier one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ripen.adapters.playbook import PROPAGATION_TIME, Playbook
from ripen.adapters.table import Conflict, Table, keys
from ripen.errors import NewerFormat
from ripen.failure import Failure
from ripen.operations.live_playbook import live_bundle_if_any
from ripen.operations.progress import Progress, silent
from ripen.operations.publication.people import affected_people, move_on, people_in_journeys
from ripen.operations.publication.publish import publish
from ripen.operations.publication.recalculation import changed_rules, changes_periods
from ripen.operations.publication.removed_parts import RemovedPart, removed_parts, removes_parts
from ripen.playbook.bundle import Bundle
from ripen.ports import Clock
from ripen.scoring.rules_version import RulePart
from ripen.settings import LivePlaybook
from ripen.words import Words

type Wait = Callable[[datetime], object]
"""Called with the time, by the wall clock, at which every function uses the new playbook. Returns then."""


@dataclass(frozen=True)
class Release:
    bundle: str
    is_new: bool
    """False: this playbook was live already."""
    removed: tuple[RemovedPart, ...] = ()
    """Removed parts that people in journeys are still on the way to."""
    moved_on: int = 0
    """People whose step was changed and who move on as the journey's file says."""
    rules: frozenset[RulePart] = frozenset()
    """Which of scoring, segments and conditions have changed: then score.refold recalculates all leads."""
    has_new_periods: bool = False
    """`keep` has changed: score.refold sets when the rows of all leads expire."""


def release(
    bundle: Bundle, table: Table, playbook: Playbook, site: str, clock: Clock, wait: Wait, progress: Progress = silent
) -> Release:
    """Publish a playbook, in these steps.

    1. Raise Failure if people are on a step that it changes or removes and it does not say what happens to them.
    2. Store the bundle, move the pointer to it, and wait until every function uses it.
    3. Wake the people who leave a changed step.
    """
    before, live = _published_last(table, playbook), live_bundle_if_any(playbook)
    enrollments, steps = affected_people(live, bundle, table, playbook, progress)
    if undecided := [step.demand for step in steps if step.is_undecided]:
        raise Failure(
            Words("\n".join(demand.en for demand in undecided), "\n".join(demand.ja for demand in undecided)),
            Words("See everything that would change: ripen plan", "変更点の一覧: ripen plan"),
        )
    if not _make_live(bundle, table, playbook, site, clock, wait):
        return Release(bundle.hash, is_new=False)
    moved = move_on(enrollments, steps, table, clock.now())
    removed = removed_parts(enrollments, live, bundle, playbook.bundle)
    return replace(_released(bundle, before), moved_on=moved, removed=tuple(removed))


def roll_back(to: str, table: Table, playbook: Playbook, site: str, clock: Clock, wait: Wait) -> Release:
    """Restore the previous playbook, or the one whose hash begins with `to`. People in journeys stay where they are."""
    bundle = playbook.bundle(_earlier(history(table), to))
    before = _published_last(table, playbook)
    if not _make_live(bundle, table, playbook, site, clock, wait):
        return Release(bundle.hash, is_new=False)
    people = people_in_journeys(table) if removes_parts(before, bundle) else []
    removed = removed_parts(people, before, bundle, playbook.bundle)
    return replace(_released(bundle, before), removed=tuple(removed))


def history(table: Table) -> tuple[LivePlaybook, ...]:
    """Return every playbook that was published, the latest last."""
    row = table.get(keys.PUBLISHED)
    return row.value.history if row else ()


def _published_last(table: Table, playbook: Playbook) -> Bundle | None:
    live = table.get(keys.LIVE)
    return playbook.bundle(live.value.bundle) if live else None


def _released(bundle: Bundle, before: Bundle | None) -> Release:
    return Release(
        bundle.hash,
        is_new=True,
        rules=changed_rules(bundle, before),
        has_new_periods=changes_periods(bundle, before),
    )


def _make_live(bundle: Bundle, table: Table, playbook: Playbook, site: str, clock: Clock, wait: Wait) -> bool:
    try:
        if not publish(bundle, table, playbook, site, clock.now(), PROPAGATION_TIME):
            return False
    except NewerFormat:
        raise Failure(
            Words(
                f"This playbook has format {bundle.format}, and the deployed functions read {playbook.deployed}.",
                f"このプレイブックの形式は {bundle.format}、配備済みの関数が読める形式は {playbook.deployed} です。",
            ),
            Words("Deploy first: make deploy – then publish.", "先に配備してから公開してください: make deploy"),
        ) from None
    except Conflict:
        raise Failure(
            Words("Another person published at the same moment.", "ほかの人が同時に公開しました。"),
            Words("Look first: ripen rollback --list", "先に確かめてください: ripen rollback --list"),
        ) from None
    live = table.get(keys.LIVE)
    if live and live.value.in_force_from:
        wait(live.value.in_force_from)
    return True


def _earlier(published: tuple[LivePlaybook, ...], to: str) -> str:
    """Return the hash of the earlier playbook. Raise Failure if there is none, or more than one begins with `to`."""
    see = Words("See: ripen rollback --list", "一覧: ripen rollback --list")
    hashes = list(dict.fromkeys(past.bundle for past in published))
    if to:
        fitting = [hash for hash in hashes if hash.startswith(to)]
        if len(fitting) != 1:
            raise Failure(
                Words(
                    f"{len(fitting)} published playbooks have a hash that begins with {to!r}.",
                    f"ハッシュが {to!r} で始まる公開済みのプレイブックは {len(fitting)} 件です。",
                ),
                see,
            )
        return fitting[0]
    before = [past.bundle for past in published if past.bundle != published[-1].bundle]
    if not before:
        raise Failure(
            Words("No other playbook has been published yet.", "ほかのプレイブックはまだ公開されたことがありません。"),
            see,
        )
    return before[-1]
