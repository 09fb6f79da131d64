"""Alerts about leads that turned hot in a further scoring model, in the channel of that model."""

from collections.abc import Iterator
from datetime import datetime

from ripen.fold.consequences import LeadTurnedHot
from ripen.ids import alert_id
from ripen.lead.state import ModelState, State
from ripen.playbook.bundle import Bundle
from ripen.scoring.score import score
from ripen.scoring.whole_points import whole
from ripen.slack.alert import HOT, Alert
from ripen.slack.card_words import card_words

_NOTHING = ModelState()


def model_alerts(before: State, after: State, bundle: Bundle, now: datetime) -> Iterator[LeadTurnedHot]:
    """Yield an alert for each model with a channel in which the lead has just turned hot."""
    for name, rules in bundle.scoring.models.items():
        model = after.models.get(name, _NOTHING)
        if not rules.channel or model.episode <= before.models.get(name, _NOTHING).episode:
            continue
        total = whole(score(model, rules, now)).total
        text = card_words(bundle.brand.default_locale)["hot_in_model"].format(model=name, total=total)
        id = alert_id(after.lead, f"{HOT} in {name}", model.episode)
        yield LeadTurnedHot(Alert(id=id, lead=after.lead, kind="note", planned=now, text=text, channel=rules.channel))
