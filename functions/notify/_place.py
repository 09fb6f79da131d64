"""Where an alert is posted: in its channel, in the thread of a card, or in the direct messages to a person."""

from notify._hand_off import Dependencies
from ripen.adapters.table import keys
from ripen.errors import Undeliverable
from ripen.slack.alert import Alert
from ripen.slack.slack_errors import NO_CARD

_NO_MEMBER = "users.lookupByEmail: users_not_found"


def place(alert: Alert, dependencies: Dependencies) -> tuple[str, str]:
    """Return the channel and the thread, "" for none.

    Raises Undeliverable: permanent if no full member of the workspace has the person's address.
    """
    if alert.to:
        user = dependencies.chat.user_with_email(alert.to)
        if not user:
            raise Undeliverable(_NO_MEMBER, permanent=True)
        return dependencies.chat.direct(user), ""
    if not alert.about:
        return alert.channel or dependencies.channel, ""
    card = dependencies.table.get(keys.alert(alert.lead, alert.about))
    if card is None or not card.value.ts:
        raise Undeliverable(NO_CARD, permanent=card is None)
    return card.value.channel, card.value.ts
