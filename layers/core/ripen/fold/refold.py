"""Recalculate a lead: compute the state again from the history of all folds, with the verdicts as judged now.

So points that a machine got are taken back exactly, points that a person was denied are given, and new scoring rules
and segments reach all leads. What was done stays done: journeys entered, alerts made. Only what was not announced yet
follows.
"""

from collections.abc import Iterable, Sequence
from copy import replace
from datetime import datetime
from itertools import groupby

from msgspec import Struct

from ripen.decision import Decision, Reason
from ripen.fold import fold_decisions
from ripen.fold.consequences import Consequence, CrmOutdated, Enrolled, journeys_affected, lead_turned_hot
from ripen.fold.entry import enter_journeys
from ripen.fold.fold import Folded, add_activities, next_check, with_rank, with_segments
from ripen.fold.lead_history import LeadHistory, StateChange
from ripen.fold.model_alerts import model_alerts
from ripen.fold.rank_over_time import rank_changes
from ripen.lead.activity import Activity, with_verdict_of
from ripen.lead.history import HistoryEntry, HistoryPage, with_revised
from ripen.lead.lead import Profile
from ripen.lead.state import ModelState, Rank, State
from ripen.playbook.bundle import Bundle
from ripen.playbook.retention import evidence_since
from ripen.scoring.models import with_engagement_again
from ripen.scoring.rules_version import rules_version
from ripen.scoring.score import Score, score
from ripen.tracking.click_evidence import Evidence
from ripen.tracking.click_verdict import reclassify


class Recalculated(Struct, frozen=True, kw_only=True):
    """A recalculated lead, which is written in parts: a transaction holds only so many revised activities."""

    before: State
    """The state as it is stored."""
    after: Folded
    """The state as it must be stored, and what follows from it, apart from the revised activities."""
    history: tuple[HistoryPage, ...]
    """The lead's pages as they are stored, and last the history of the state."""
    revised: tuple[tuple[Activity, Activity], ...]
    """The activities with another verdict that are not written yet, each before and after."""


def refold(
    lead: LeadHistory,
    activities: Iterable[Activity],
    bundle: Bundle,
    now: datetime,
    *,
    most: int | None = None,
    previous: Bundle | None = None,
) -> Folded:
    """Return the first part of the recalculated lead, with at most `most` of the revised activities."""
    return next_part(recalculate(lead, activities, bundle, now, previous), most, bundle, now)[0]


def recalculate(
    lead: LeadHistory, activities: Iterable[Activity], bundle: Bundle, now: datetime, previous: Bundle | None = None
) -> Recalculated:
    """Return the lead as it would be if the present verdicts and points had held all along.

    The history is replayed: the lead's pages, then what the state holds. `activities` are the lead's, to judge them
    again; without them the verdicts stay. Those that are not folded yet are only evidence about the others. `previous`
    is the playbook before this one.
    """
    before = lead.state or State(lead=lead.profile.id)
    revised = _revised(lead, activities, evidence_since(bundle.keep, now), now)
    history = (*lead.pages, HistoryPage(entries=before.history))
    after, points = with_rank(_replayed(lead.profile, with_revised(history, revised), bundle, now), bundle, now)
    after, facts = with_segments(_keep_what_was_done(before, after, bundle, now), lead, points, bundle, now)
    entered = enter_journeys(lead, StateChange(before=before, after=after, facts=facts), bundle, now, previous)
    state = replace(entered.state, rules_version=rules_version(bundle))
    return Recalculated(
        before=before,
        after=Folded(
            state=state,
            score=points,
            activities=(),
            consequences=tuple(map(Enrolled, entered.enrollments)),
            decisions=entered.decisions,
            due=next_check(state, lead.profile, facts, bundle),
        ),
        history=history,
        revised=tuple(revised),
    )


def next_part(lead: Recalculated, most: int | None, bundle: Bundle, now: datetime) -> tuple[Folded, Recalculated]:
    """Return what the next transaction writes, with at most `most` revised activities, and the lead after it.

    The state is right with any number of them, and due at once if there are more. Everything else that follows is in
    the first part.
    """
    revised, left = lead.revised[:most], lead.revised[len(lead.revised[:most]) :]
    *pages, tail = with_revised(lead.history, revised)
    new = replace(lead.after.state, history=tail.entries, verdicts_outdated=bool(left))
    part = replace(
        lead.after,
        state=new,
        activities=tuple(after for _, after in revised),
        consequences=(
            *lead.after.consequences,
            *_consequences(lead.before, new, revised, bundle, now),
            *model_alerts(lead.before, new, bundle, now),
        ),
        decisions=(
            *lead.after.decisions,
            *fold_decisions.revised_verdicts(revised, bundle, now),
            *_rank_decision(lead.before, new, lead.after.score, bundle, now),
        ),
        due=now if left else lead.after.due,
        pages=tuple(pages),
    )
    after = replace(lead.after, state=new, consequences=(), decisions=())
    return part, Recalculated(before=new, after=after, history=(*pages, tail), revised=left)


def _revised(
    lead: LeadHistory, activities: Iterable[Activity], since: datetime | None, now: datetime
) -> list[tuple[Activity, Activity]]:
    """Return the activities folded since then that are judged otherwise now, each before and after.

    A visit that a click began has the verdict of the click, so it is as old as the click.
    """
    known = tuple(activities)
    evidence = Evidence(known, lead.deliveries)

    def is_recent(activity: Activity) -> bool:
        judged_with = evidence.source_click(activity) or activity
        return since is None or judged_with.folded is None or judged_with.folded >= since

    judged = ((a, with_verdict_of(a, reclassify(a, evidence), now)) for a in known if a.folded and is_recent(a))
    return [(before, after) for before, after in judged if before != after]


def _replayed(profile: Profile, pages: Sequence[HistoryPage], bundle: Bundle, now: datetime) -> State:
    """Return the state after all folds, from the first one until now, with every rank change in between."""
    entries = [entry for page in pages for entry in page.entries]
    at = entries[0].folded_at if entries else now
    state, done = State(lead=profile.id, rank_since=at), list[HistoryEntry]()
    for moment, group in groupby(entries, key=lambda entry: entry.folded_at):
        state = _after_time(state, at, moment, bundle)
        folded_now = tuple(group)
        done += folded_now
        state, _ = with_rank(add_replayed(state, profile, folded_now, done, bundle), bundle, moment)
        at = moment
    if not entries:
        state = add_activities(state, profile, (), bundle)
    return _after_time(state, at, now, bundle)


def add_replayed(
    state: State, profile: Profile, activities: Sequence[HistoryEntry], done: Sequence[HistoryEntry], bundle: Bundle
) -> State:
    """Return the state with these activities, the last of all that the lead has done.

    A reset takes back only what was done before it, although the activities may have been folded in another order.
    """
    state = add_activities(state, profile, activities, bundle)
    return with_engagement_again(state, done, bundle.scoring) if state.verdicts_outdated else state


def _after_time(state: State, since: datetime, until: datetime, bundle: Bundle) -> State:
    """Return the state after time alone has passed."""
    changes = rank_changes(state, since, until, bundle)
    return changes[-1][0] if changes else state


def _keep_what_was_done(state: State, replayed: State, bundle: Bundle, now: datetime) -> State:
    """Return the replayed state with the journeys, episodes, alerts and contact requests of the present one.

    Sales is alerted about a lead that turns out to be hot, unless it was alerted during this hot time already, or the
    lead is hot only because the scoring rules changed.
    """
    since = replayed.rank_since or now
    is_news = (
        replayed.rank is Rank.HOT
        and state.rank is not Rank.HOT
        and (state.alerted is None or state.alerted < since)
        and state.rules_version == rules_version(bundle)
    )
    return replace(
        replayed,
        journeys=state.journeys,
        contact_requests=state.contact_requests,
        trigger_fields=state.trigger_fields,
        dates_checked_until=state.dates_checked_until,
        models=_with_known_episodes(replayed, state, state.rules_version == rules_version(bundle)),
        rank_since=state.rank_since if replayed.rank is state.rank else since,
        episode=state.episode + is_news,
        alerted=now if is_news else state.alerted,
    )


def _with_known_episodes(replayed: State, state: State, same_rules: bool) -> dict[str, ModelState]:
    """Return the further models of the replayed state, with an episode more where the lead turns out to be hot."""
    nothing = ModelState()
    found = {name: (model, state.models.get(name, nothing)) for name, model in replayed.models.items()}
    return {
        name: replace(new, episode=old.episode + (same_rules and new.rank is Rank.HOT is not old.rank))
        for name, (new, old) in found.items()
    }


def _consequences(
    before: State, after: State, revised: Sequence[tuple[Activity, Activity]], bundle: Bundle, now: datetime
) -> Iterable[Consequence]:
    if after.episode > before.episode:
        yield lead_turned_hot(after, now)
    with_new_verdict = [new for old, new in revised if old.verdict is not new.verdict]
    if affected := journeys_affected(before, after, with_new_verdict):
        yield affected
    is_other_rank = after.rank is not before.rank
    if is_other_rank or _shown_in_crm(before, bundle, now) != _shown_in_crm(after, bundle, now):
        yield CrmOutdated(urgent=is_other_rank and after.rules_version == before.rules_version)


def _rank_decision(before: State, after: State, points: Score, bundle: Bundle, now: datetime) -> Iterable[Decision]:
    if after.rank is not before.rank:
        same_rules = before.rules_version == after.rules_version
        reason = Reason.VERDICTS_REVISED if same_rules else Reason.PLAYBOOK_CHANGED
        yield fold_decisions.rank_changed(before.rank, after, points, (), reason, bundle, now)
    yield from fold_decisions.kept_below_hot(before, after, points, (), bundle, now)
    yield from fold_decisions.disqualified(before, after, (), bundle, now)


def _shown_in_crm(state: State, bundle: Bundle, now: datetime) -> tuple[int, datetime | None]:
    """Return what the CRM shows of the state, apart from the rank."""
    return round(score(state, bundle.scoring, now).total), state.last_activity
