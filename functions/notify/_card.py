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
from ripen.slack.card import direct_card, lead_card, note_card, thread_line
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
    if alert.about and not alert.to:
        return thread_line(alert.text)
    shown = _hand_off(alert, table)
    if shown is None:
        return note_card(alert, profile.value, brand.default_locale)
    facts = card_facts(profile.value, state.value if state else None, bundle, now, shown.answers)
    if profile.value.crm is None:
        wait = record_wait(mark.value if mark else None)
        facts = replace(facts, record_wait=in_words(wait, brand.default_locale, brand.time_zone, now))
    if alert.to:
        return direct_card(alert.text, shown, facts, brand.default_locale, brand.time_zone)
    return lead_card(shown, facts, brand.default_locale, brand.time_zone)


def _hand_off(alert: Alert, table: Table) -> Alert | None:
    """Return the alert whose card is shown: this one, or the one that a direct message is about."""
    if alert.about:
        row = table.get(keys.alert(alert.lead, alert.about))
        return row.value if row else None
    return alert if alert.kind in HAND_OFFS else None


def card_digest(card: Card) -> str:
    return ids.digest(dumps(card, sort_keys=True))
