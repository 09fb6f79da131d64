"""Alerts for submissions of forms that ask for contact: at most three cards for a lead and day (UTC).

Anybody can send such a form for any address, as often as the budgets allow. The last card counts the rest.
"""

from collections.abc import Iterable
from copy import replace
from datetime import datetime

from msgspec import Struct

from ripen.fold.consequences import ContactRequested, ContactRequestLeftOut
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.lead import Profile
from ripen.lead.state import ContactRequests, State
from ripen.playbook.bundle import Bundle
from ripen.slack.alert import CONTACT_REQUEST, Alert
from ripen.slack.card_cap import PER_DAY, card_ids


class Requests(Struct, frozen=True, kw_only=True):
    """What follows from the requests of one fold."""

    counted: ContactRequests | None
    """The requests of the latest day, these included."""
    cards: tuple[ContactRequested, ...] = ()
    left_out: ContactRequestLeftOut | None = None


def contact_requests(
    before: State, profile: Profile, activities: Iterable[Activity], bundle: Bundle, now: datetime
) -> Requests:
    """Return an alert for each submission of a form that alerts sales, as long as the day has cards left."""
    submissions = [a for a in activities if a.kind is Kind.FORM_SUBMITTED and a.verdict is Verdict.HUMAN]
    found = [bundle.forms[a.subject] for a in submissions if a.subject in bundle.forms]
    asking = [form for form in found if form.hand_off]
    if not asking:
        return Requests(counted=before.contact_requests)
    known, today = before.contact_requests, now.date().isoformat()
    earlier = known if known and known.day >= today else ContactRequests(day=today)
    counted = replace(earlier, count=earlier.count + len(asking))
    ids = card_ids(before.lead, CONTACT_REQUEST, counted.day)
    left_out = max(counted.count - PER_DAY, 0)
    cards = tuple(
        ContactRequested(
            Alert(
                id=id,
                lead=before.lead,
                kind=CONTACT_REQUEST,
                planned=now,
                text=form.title.get(bundle.brand.default_locale, form.name),
                answers=next((each for each in profile.answers if each.form == form.name), None),
                left_out=left_out if id == ids[-1] else 0,
            )
        )
        for id, form in zip(ids[earlier.count :], asking, strict=False)
    )
    on_earlier_card = ContactRequestLeftOut(ids[-1], left_out) if earlier.count >= PER_DAY else None
    return Requests(counted=counted, cards=cards, left_out=on_earlier_card)
