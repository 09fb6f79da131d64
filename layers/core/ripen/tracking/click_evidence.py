"""The evidence about a lead's clicks: neighbouring clicks on the same mail, signs of a person, times of delivery."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from ripen.lead.activity import Activity, Classification, Kind, Verdict, happened_at
from ripen.tracking.click_signals import HIDDEN_LINK

FORM_WINDOW = timedelta(minutes=30)
"""A form submitted within this time after a click shows that a person clicked."""
NETWORK_WINDOW = timedelta(minutes=5)
"""Clicks this far apart are compared; for this long a network that fetched the hidden link is known as a machine's."""

_Group = tuple[str, frozenset[tuple[str, str]]]
"""A mail, and facts that clicks in it have."""


class Evidence:
    """All clicks on some mails, what the lead did afterwards, and when the mails were delivered (by send id).

    A scanner may leave thousands of clicks, so the questions about neighbours on the same mail take binary searches.
    """

    def __init__(self, activities: Iterable[Activity], delivered: Mapping[str, datetime] | None = None) -> None:
        known = sorted({a.id: a for a in activities}.values(), key=_order)
        self.classifications: dict[str, Classification] = {}
        """What click_verdict.py has found in this evidence, by the id of the click."""
        self._delivered = delivered or {}
        self._clicks = {a.id: a for a in known if is_click(a)}
        self._followed = frozenset(_followed_clicks(known))
        self._groups = defaultdict[_Group, list[Activity]](list)
        self._links = defaultdict[str, set[str]](set)
        for click in self._clicks.values():
            for facts in _groupings(click, self.is_followed(click)):
                self._groups[_group(click, facts)].append(click)
            if not is_hidden_link(click):
                self._links[click.facts.get("send", "")].add(_link(click))

    def has_near(self, click: Activity, gap: timedelta, **facts: str) -> bool:
        """Return whether a click on the same mail, with these facts, came within `gap` before or after this one."""
        clicks, at = self._groups.get(_group(click, facts), []), happened_at(click)
        index = bisect_left(clicks, at - gap, key=happened_at)
        return index < len(clicks) and happened_at(clicks[index]) <= at + gap

    def links_near(self, click: Activity, gap: timedelta) -> int:
        """Return how many links of the mail, without the hidden one, were followed within `gap` of this click."""
        return sum(self.has_near(click, gap, link=link) for link in self._links[click.facts.get("send", "")])

    def earlier(self, click: Activity, gap: timedelta, **facts: str) -> Iterator[Activity]:
        """Yield the clicks on the same mail, with these facts, up to `gap` before this one, the latest first."""
        clicks = self._groups.get(_group(click, facts), [])
        for index in range(bisect_left(clicks, _order(click), key=_order) - 1, -1, -1):
            if happened_at(clicks[index]) < happened_at(click) - gap:
                return
            yield clicks[index]

    def is_repetition_followed(self, click: Activity, gap: timedelta) -> bool:
        """Return whether a person showed up after a later click on the same link, up to `gap` after this one."""
        clicks = self._groups.get(_group(click, {"link": _link(click), "followed": "yes"}), [])
        index = bisect_right(clicks, _order(click), key=_order)
        return index < len(clicks) and happened_at(clicks[index]) <= happened_at(click) + gap

    def source_click(self, activity: Activity) -> Activity | None:
        """Return the click that opened the page of this visit."""
        return self._clicks.get(activity.facts.get("click", ""))

    def is_followed(self, click: Activity) -> bool:
        """Return whether a person showed up after this very click."""
        return click.id in self._followed

    def delivered(self, click: Activity) -> datetime | None:
        """Return when the mail of this click was delivered, None if that is unknown."""
        return self._delivered.get(click.facts.get("send", ""))


def _order(activity: Activity) -> tuple[datetime, str]:
    return happened_at(activity), activity.id


def _link(click: Activity) -> str:
    return click.facts.get("link", "")


def _group(click: Activity, facts: Mapping[str, str]) -> _Group:
    return click.facts.get("send", ""), frozenset(facts.items())


def _groupings(click: Activity, is_followed: bool) -> Iterator[dict[str, str]]:
    """Yield the combinations of facts by which neighbours of a click are asked for."""
    link = {"link": _link(click)}
    yield from ({}, link)
    if is_followed:
        yield link | {"followed": "yes"}
    if is_hidden_link(click):
        network, browser = ({name: click.facts.get(name, "")} for name in ("network", "browser"))
        yield from (link | network, link | browser, link | network | browser)


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
