"""Who clicked: a person, or a scanner that follows every link of a mail.

Each hit is kept raw, with its signals (hit.py); here they are weighed. A verdict can be revised: with late evidence or under
other rules the same hits may look otherwise, and the score follows (refold.py).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import replace
from datetime import datetime, timedelta

from ripen.lead.activity import Activity, Judgement, Kind, Verdict, happened_at
from ripen.tracking.click_signals import HIDDEN_LINK, VERDICT_DELAY, AgentKind

RULES_VERSION = 2
"""The version of what follows; raise it with every change, and say `ripen reclassify --all`."""

FORM_WINDOW = timedelta(minutes=30)
"""A form within this time of a click is a sign of the person who clicked."""
NETWORK_WINDOW = timedelta(minutes=5)
"""Who fetched the hidden link is known by its network for this long."""
_BURST = timedelta(seconds=2)
_SWEEP = timedelta(seconds=30)
_PROMPT = timedelta(seconds=10)
_MANY = 3

_MACHINE_FROM = 60
_TRAPPED = 200
"""More than any signal of a person outweighs."""
_SWEPT = 60
_HEAD = 60
"""No browser follows a link by HEAD."""
_AUTOMATIC = 60
_BARE = 40
_PROMPTLY = 30
_PERSON = -100
_BROUGHT = Judgement(points=_MACHINE_FROM, rules_version=RULES_VERSION, why=("brought by a machine's click",))


class Evidence:
    """What is known about a lead's clicks: all hits on the same mails, what the lead did afterwards, and when the mails
    were delivered, by send id."""

    def __init__(self, activities: Iterable[Activity], delivered: Mapping[str, datetime] | None = None) -> None:
        known = sorted({a.id: a for a in activities}.values(), key=lambda a: (happened_at(a), a.id))
        self._delivered = delivered or {}
        self._hits = defaultdict[str, list[Activity]](list)
        for activity in known:
            if is_click(activity):
                self._hits[activity.facts.get("send", "")].append(activity)
        self._followed = frozenset(_followed_clicks(known))
        self._clicks = {click.id: click for hits in self._hits.values() for click in hits}

    def near(self, click: Activity) -> list[Activity]:
        """All hits on the mail of this click within five minutes of it, in their order."""
        hits = self._hits[click.facts.get("send", "")]
        start = bisect_left(hits, happened_at(click) - NETWORK_WINDOW, key=happened_at)
        return hits[start : bisect_right(hits, happened_at(click) + NETWORK_WINDOW, key=happened_at)]

    def behind(self, activity: Activity) -> Activity | None:
        """The click that brought this visit."""
        return self._clicks.get(activity.facts.get("click", ""))

    def is_followed(self, click: Activity) -> bool:
        """Whether a person showed up after just this click."""
        return click.id in self._followed

    def delivered(self, click: Activity) -> datetime | None:
        return self._delivered.get(click.facts.get("send", ""))


def is_click(activity: Activity) -> bool:
    """Whether it is one of the hits that are judged."""
    return activity.kind is Kind.LINK_CLICKED


def is_human_signal(activity: Activity) -> bool:
    """Whether it shows that a person is there: a form, or a page that noticed which click had opened it."""
    if is_click(activity):
        return False
    return "click" in activity.facts or (activity.kind is Kind.FORM_SUBMITTED and activity.verdict is Verdict.HUMAN)


def can_change(activity: Activity) -> bool:
    """Whether new evidence may give it another verdict: a click, and what it brought."""
    return is_click(activity) or activity.facts.get("click", "") != ""


def is_ready(activity: Activity, evidence: Evidence, now: datetime) -> bool:
    """Whether it may be folded: judged already, followed by a sign of a person, or waited long enough."""
    return (
        activity.verdict is not Verdict.UNJUDGED
        or evidence.is_followed(activity)
        or activity.received + VERDICT_DELAY <= now
    )


def classify(activity: Activity, evidence: Evidence) -> Activity:
    """The activity with a verdict. One that stands is not touched, but a visit is whoever's the click was that brought it."""
    waits = activity.verdict is Verdict.UNJUDGED
    return reclassify(activity, evidence) if waits or evidence.behind(activity) else activity


def reclassify(activity: Activity, evidence: Evidence) -> Activity:
    """The activity with the verdict of the present rules, and why; unchanged where it is nothing that is judged."""
    if is_click(activity):
        return _with_verdict(activity, list(_signals(activity, evidence)))
    if click := evidence.behind(activity):
        verdict = reclassify(click, evidence).verdict
        return replace(activity, verdict=verdict, judgement=None if verdict is Verdict.HUMAN else _BROUGHT)
    return replace(activity, verdict=Verdict.HUMAN) if activity.verdict is Verdict.UNJUDGED else activity


def _with_verdict(activity: Activity, found: list[tuple[int, str]]) -> Activity:
    points = sum(weight for weight, _ in found)
    return replace(
        activity,
        verdict=Verdict.MACHINE if points >= _MACHINE_FROM else Verdict.HUMAN,
        judgement=Judgement(points=points, rules_version=RULES_VERSION, why=tuple(why for _, why in found)),
    )


def starts_burst(click: Activity, evidence: Evidence) -> bool:
    """Whether this machine's hit is the first of its burst: one burst is told of once."""
    here = happened_at(click), click.id
    before = [hit for hit in evidence.near(click) if (happened_at(hit), hit.id) < here]
    return not any(reclassify(hit, evidence).verdict is Verdict.MACHINE for hit in before)


def _signals(click: Activity, evidence: Evidence) -> Iterator[tuple[int, str]]:
    """The points for a machine, each with its reason (after the table of signals in use at large senders: HubSpot, Braze,
    Mautic)."""
    hits = evidence.near(click)
    if _is_trapped(click, hits):
        yield _TRAPPED, "fetched the hidden link"
    elif swept := _sweep(click, hits):
        yield _SWEPT, swept
    if click.facts.get("method") == "HEAD":
        yield _HEAD, "asked by HEAD"
    match click.facts.get("agent"):
        case AgentKind.SCANNER:
            yield _AUTOMATIC, "calls itself a scanner"
        case AgentKind.LIBRARY | AgentKind.NONE:
            yield _AUTOMATIC, "calls itself no browser"
    if click.facts.get("asked") == "barely":
        yield _BARE, "does not ask as a browser does"
    delivered = evidence.delivered(click)
    if delivered and happened_at(click) < delivered + _PROMPT:
        yield _PROMPTLY, "came at once after delivery"
    if evidence.is_followed(click):
        yield _PERSON, "a person followed"


def _is_trapped(click: Activity, hits: Iterable[Activity]) -> bool:
    """The hidden link was among them: fetched by the same network, or in the same burst from anywhere."""
    network = click.facts.get("network", "")
    return any(
        _is_trap(hit) and (_gap(hit, click) <= _BURST or (network != "" and hit.facts.get("network") == network))
        for hit in hits
    )


def _sweep(click: Activity, hits: Iterable[Activity]) -> str:
    """How many links went at once: three within two seconds, or all that the mail has; "" where it was no sweep."""
    near = [hit for hit in hits if _gap(hit, click) <= _SWEEP and not _is_trap(hit)]
    burst = {hit.facts.get("link") for hit in near if _gap(hit, click) <= _BURST}
    sweep = {hit.facts.get("link") for hit in near}
    of = int(click.facts.get("of", "0"))
    if len(burst) >= _MANY or 2 <= of <= len(burst):
        return f"{len(burst)} links in {_BURST.seconds} s"
    if len(sweep) >= _MANY and 0 < of <= len(sweep):
        return f"all {of} links in {_SWEEP.seconds} s"
    return ""


def _followed_clicks(known: list[Activity]) -> Iterator[str]:
    """The clicks that a person followed: a visit speaks for the click that brought it, a form for the latest before it."""
    clicks = [a for a in known if is_click(a) and a.facts.get("method") != "HEAD" and not _is_trap(a)]
    times = [happened_at(click) for click in clicks]
    for sign in filter(is_human_signal, known):
        if "click" in sign.facts:
            yield sign.facts["click"]
            continue
        at = happened_at(sign)
        place = bisect_right(times, at) - 1
        if place >= 0 and at - times[place] <= FORM_WINDOW:
            yield clicks[place].id


def _is_trap(hit: Activity) -> bool:
    return hit.facts.get("link") == str(HIDDEN_LINK)


def _gap(one: Activity, other: Activity) -> timedelta:
    return abs(happened_at(one) - happened_at(other))
