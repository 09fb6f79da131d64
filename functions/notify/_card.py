"""The card of an alert, as the lead or the campaign is now."""

from copy import replace
from datetime import datetime
from json import dumps
from typing import Any

from ripen import ids
from ripen.adapters.table import Table, keys
from ripen.crm.record_wait import record_wait
from ripen.operations.record_wait_words import in_words
from ripen.playbook.bundle import Bundle
from ripen.playbook.titles import title
from ripen.slack.alert import HAND_OFFS, Alert
from ripen.slack.card import lead_card, note_card
from ripen.slack.card_facts import card_facts
from ripen.slack.halt_card import halt_card

type Card = dict[str, Any]


def render_card(alert: Alert, table: Table, bundle: Bundle, now: datetime) -> Card | None:
    """Return the card; None if there is no such lead."""
    brand = bundle.brand
    if alert.halt:
        return halt_card(alert.halt, title(bundle, "campaigns", alert.halt.campaign), brand.default_locale)
    profile, state, mark = table.get_many([keys.profile(alert.lead), keys.state(alert.lead), keys.crm_mark(alert.lead)])
    if profile is None:
        return None
    if alert.kind not in HAND_OFFS:
        return note_card(alert, profile.value, brand.default_locale)
    facts = card_facts(profile.value, state.value if state else None, bundle, now, alert.answers)
    if profile.value.crm is None:
        wait = record_wait(mark.value if mark else None)
        facts = replace(facts, record_wait=in_words(wait, brand.default_locale, brand.time_zone, now))
    return lead_card(alert, facts, brand.default_locale, brand.time_zone)


def card_digest(card: Card) -> str:
    return ids.digest(dumps(card, sort_keys=True))
