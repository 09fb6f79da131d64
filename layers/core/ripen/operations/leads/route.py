"""Explain who in sales gets a lead: the rule, the person, and why."""

from datetime import datetime

from msgspec import Struct

from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.rota import read_rota
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table, keys
from ripen.calendar.local_time import office_zone
from ripen.crm.users import record_owner
from ripen.failure import Failure
from ripen.hand_off.routing import Route, Unassigned, assign, matching_rule
from ripen.operations.leads.find import find_lead
from ripen.operations.live_playbook import live_bundle
from ripen.operations.playbook_words.clauses import clause_words
from ripen.playbook.bundle import Bundle
from ripen.playbook.routing import OWNER
from ripen.scoring.activity_counts import lead_facts
from ripen.scoring.score import score
from ripen.words import Words

_NO_ROUTING = Failure(
    Words("The live playbook has no routing.yaml.", "公開中のプレイブックに routing.yaml がありません。"),
    Words("Write one, then run: ripen publish", "routing.yaml を書いてから実行: ripen publish"),
)
_NO_STATE = Words("Try again in a minute.", "1 分ほど後にもう一度試してください。")
_UNASSIGNED = {
    Unassigned.NO_RULE: Words("no rule holds for this lead", "当てはまるルールがありません"),
    Unassigned.NOBODY_FREE: Words(
        "all members of the team are away or have enough leads", "チームの全員が不在か、受け持ちの上限に達しています"
    ),
    Unassigned.DISQUALIFIED: Words("the lead is disqualified", "対象外の見込み客です"),
}


class Explanation(Struct, frozen=True, kw_only=True):
    """What `ripen route EMAIL --json` prints, a contract for scripts: who would get the lead now."""

    rule: str
    """The name of the rule, "" if none holds."""
    team: str
    owner: str
    """The person's address in Slack, "" if nobody in particular gets the lead."""
    because: str


def explain_route(
    email: str, table: Table, playbook: Playbook, secrets: Secrets, now: datetime, locale: str
) -> Explanation:
    """Return who would get the lead if it were handed off now, and why. Raise Failure without rules or a score."""
    bundle = live_bundle(playbook)
    if bundle.routing is None:
        raise _NO_ROUTING
    lead = find_lead(email, table, secrets)
    profile, state, contact = table.get_many([keys.profile(lead), keys.state(lead), keys.contact(lead)])
    if profile is None or state is None:
        raise Failure(
            Words(f"The lead {email} has no score yet.", f"見込み客 {email} にはまだスコアがありません。"), _NO_STATE
        )
    if state.value.disqualified:
        return _explained(Route(unassigned=Unassigned.DISQUALIFIED), bundle, locale)
    points = score(state.value, bundle.scoring, now)
    facts = lead_facts(profile.value, state.value, points, contact.value if contact else None, now)
    rule, team, named = matching_rule(bundle.routing, facts, record_owner(profile.value, bundle.sync.users))
    today = now.astimezone(office_zone(bundle.brand, team.time_zone if team else "")).date()
    return _explained(assign(rule, team, named, read_rota(team, table), today), bundle, locale)


def _explained(route: Route, bundle: Bundle, locale: str) -> Explanation:
    return Explanation(
        rule=route.rule.name if route.rule else "",
        team=route.team.name if route.team else "",
        owner=route.owner,
        because=because(route, bundle).in_language(locale),
    )


def because(route: Route, bundle: Bundle) -> Words:
    """Return why the lead takes this route."""
    rule, team = route.rule, route.team
    if rule is None or team is None:
        return _UNASSIGNED[route.unassigned or Unassigned.NO_RULE]
    asked = clause_words(rule.when, bundle) if rule.when else Words("it holds for every lead", "すべての見込み客が対象")
    if rule.to == OWNER:
        owns = Words("the owner of the record in Salesforce is in a team", "Salesforce の担当者がチームにいる")
        asked = owns if rule.when is None else Words(f"{asked.en} and {owns.en}", f"{asked.ja}、かつ{owns.ja}")
    if route.unassigned:
        who = _UNASSIGNED[route.unassigned]
    elif route.by_name:
        who = Words(f"the rule names {route.owner}", f"ルールが {route.owner} を指定している")
    else:
        who = Words(f"it is the turn of {route.owner} in {team.name}", f"{team.name} で {route.owner} の番")
    return Words(f"{asked.en}; {who.en}", f"{asked.ja}。{who.ja}")
