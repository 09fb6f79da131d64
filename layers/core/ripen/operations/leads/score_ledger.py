"""Show how a lead's score came about: each rule of each model, with the activities behind it."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from ripen.adapters.playbook import Playbook
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table
from ripen.failure import Failure
from ripen.lead.history import HistoryPage
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.operations.leads.find import find_lead
from ripen.operations.live_playbook import live_bundle
from ripen.operations.plain import plain
from ripen.scoring.ledger import Ledger, ledgers
from ripen.scoring.reasons import disqualification
from ripen.words import Words


class ScoreLedger(Struct, frozen=True, kw_only=True):
    """What `ripen score EMAIL --json` prints, a contract for scripts: points are whole and add up to the total."""

    email: str
    disqualified: str
    """Why the lead is cold however many points it has, in words; "" if it is not disqualified."""
    models: tuple[Ledger, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON types."""
        found: dict[str, Any] = plain(self)
        return found


def score_ledger(
    email: str, table: Table, playbook: Playbook, secrets: Secrets, now: datetime, locale: str = ""
) -> ScoreLedger:
    """Return the ledger of each scoring model, as of `now`, in the words of that locale."""
    values = [row.value for row in table.under(find_lead(email, table, secrets), "")]
    profile = next((value for value in values if isinstance(value, Profile)), None)
    state = next((value for value in values if isinstance(value, State)), None)
    if profile is None or state is None:
        raise Failure(
            Words(f"The lead {email} has no score yet.", f"見込み客 {email} にはまだスコアがありません。"),
            Words("Try again in a minute.", "1 分ほど後にもう一度試してください。"),
        )
    bundle = live_bundle(playbook)
    history = [entry for value in values if isinstance(value, HistoryPage) for entry in value.entries]
    words, zone = locale or profile.locale, bundle.brand.time_zone
    why = disqualification(profile, state, bundle.scoring, words)
    return ScoreLedger(
        email=profile.email,
        disqualified=why.words if why else "",
        models=ledgers(profile, state, bundle.scoring, [*history, *state.history], now, words, zone),
    )
