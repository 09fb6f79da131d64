"""The evidence about a lead's clicks: neighbouring clicks on the same mail, signs of a person, times of delivery."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from ripen.lead.activity import Activity, Kind, Verdict, happened_at
from ripen.tracking.click_signals import HIDDEN_LINK

FORM_WINDOW = timedelta(minutes=30)
"""A form submitted within this time after a click shows that a person clicked."""
NETWORK_WINDOW = timedelta(minutes=5)
"""Clicks this far apart are compared; for this long a network that fetched the hidden link is known as a machine's."""


class Evidence:
    """All clicks on some mails, what the lead did afterwards, and when the mails were delivered (by send id)."""

    def __init__(self, activities: Iterable[Activity], delivered: Mapping[str, datetime] | None = None) -> None:
        known = sorted({a.id: a for a in activities}.values(), key=lambda a: (happened_at(a), a.id))
        self._delivered = delivered or {}
        self._clicks = {a.id: a for a in known if is_click(a)}
        self._by_send = defaultdict[str, list[Activity]](list)
        for click in self._clicks.values():
            self._by_send[click.facts.get("send", "")].append(click)
        self._followed = frozenset(_followed_clicks(known))

    def nearby_clicks(self, click: Activity) -> list[Activity]:
        """Return all clicks on the same mail within five minutes of this one, itself included, in order of time."""
        clicks = self._by_send[click.facts.get("send", "")]
        start = bisect_left(clicks, happened_at(click) - NETWORK_WINDOW, key=happened_at)
        return clicks[start : bisect_right(clicks, happened_at(click) + NETWORK_WINDOW, key=happened_at)]

    def source_click(self, activity: Activity) -> Activity | None:
        """Return the click that opened the page of this visit."""
        return self._clicks.get(activity.facts.get("click", ""))

    def is_followed(self, click: Activity) -> bool:
        """Return whether a person showed up after this very click."""
        return click.id in self._followed

    def delivered(self, click: Activity) -> datetime | None:
        """Return when the mail of this click was delivered, None if that is unknown."""
        return self._delivered.get(click.facts.get("send", ""))


def is_click(activity: Activity) -> bool:
    """Return whether the activity is a click on a link of a mail."""
    return activity.kind is Kind.LINK_CLICKED


def is_hidden_link(click: Activity) -> bool:
    """Return whether the click is on the hidden link, which no person sees."""
    return click.facts.get("link") == str(HIDDEN_LINK)


def is_human_signal(activity: Activity) -> bool:
    """Return whether the activity shows a person: a form, or a page view that knows the click that opened the page."""
    if is_click(activity):
        return False
    return "click" in activity.facts or (activity.kind is Kind.FORM_SUBMITTED and activity.verdict is Verdict.HUMAN)


def _followed_clicks(known: list[Activity]) -> Iterator[str]:
    """Yield the ids of the clicks that a person followed.

    A page view is a signal for the click that opened the page, a form for the latest click before it.
    """
    clicks = [a for a in known if is_click(a) and a.facts.get("method") != "HEAD" and not is_hidden_link(a)]
    times = [happened_at(click) for click in clicks]
    for signal in filter(is_human_signal, known):
        if "click" in signal.facts:
            yield signal.facts["click"]
            continue
        at = happened_at(signal)
        latest = bisect_right(times, at) - 1
        if latest >= 0 and at - times[latest] <= FORM_WINDOW:
            yield clicks[latest].id
