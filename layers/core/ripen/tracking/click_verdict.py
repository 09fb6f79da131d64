"""Who clicked: a person, or a scanner that follows every link of a mail.

1. Each click is stored unjudged, with the signals of its request (click_signals.py).
2. It waits up to two minutes for a sign of a person (is_ready).
3. Each signal gives points for a machine or for a person; from 60 points on the click is a machine's (classify).
4. A person's click that repeats another one counts once: the later one is repeated (repeats).
5. Late evidence or new rules can revise a verdict (reclassify), and the scores follow (refold.py).
"""

from collections.abc import Iterable, Iterator
from copy import replace
from datetime import datetime, timedelta

from ripen.decision import Reason
from ripen.lead.activity import Activity, Classification, Verdict, happened_at
from ripen.tracking.click_evidence import Evidence, is_click, is_hidden_link
from ripen.tracking.click_signals import AgentKind, RequestKind

VERDICT_DELAY = timedelta(seconds=120)
"""How long a click waits for a sign of a person before it gets a verdict."""
RULES_VERSION = 4
"""Version of the rules below. Raise it with every change, and tell operators to run `ripen reclassify --all`."""

_BURST = timedelta(seconds=2)
_SWEEP = timedelta(seconds=30)
_SOON = timedelta(seconds=10)
_MANY_LINKS = 3
_DOUBLE_CLICK = timedelta(seconds=10)
"""Within this time, a second click on a link is a double click, or one because the page came slowly."""

_MACHINE_POINTS = 60
"""From this many points on, a click is a machine's."""
_HIDDEN_LINK = 200
"""By the same browser, or in the same burst: more than all signals of a person can outweigh."""
_HIDDEN_LINK_NEARBY = 60
"""By the same network, from a time when browsers were not noted: a person may have followed after all."""
_ALL_LINKS = 60
_HEAD = 60
"""No browser follows a link with HEAD."""
_NO_BROWSER = 60
_BARE_REQUEST = 40
_SOON_AFTER_DELIVERY = 30
_PERSON_FOLLOWED = -100
_AFTER_MACHINE = Classification(points=_MACHINE_POINTS, rules_version=RULES_VERSION, why=(Reason.FOLLOWS_MACHINE,))


def can_change(activity: Activity) -> bool:
    """Return whether new evidence may change the verdict: true for clicks and for visits that a click began."""
    return is_click(activity) or activity.facts.get("click", "") != ""


def is_ready(activity: Activity, evidence: Evidence, now: datetime) -> bool:
    """Return whether the activity can be folded: it has a verdict, a person followed, or it has waited long enough.

    A person who followed a repeated click followed the first one, too: the browser opened the page for the last.
    """
    return (
        activity.verdict is not Verdict.UNJUDGED
        or activity.received + VERDICT_DELAY <= now
        or evidence.is_followed(activity)
        or any(evidence.is_followed(other) for other in evidence.nearby_clicks(activity) if repeats(other, activity))
    )


def classify(activity: Activity, evidence: Evidence) -> Activity:
    """Return the activity with a verdict; an existing verdict stays, unless it depends on that of a click."""
    is_open = activity.verdict is Verdict.UNJUDGED or evidence.source_click(activity) is not None
    return reclassify(activity, evidence) if is_open else activity


def reclassify(activity: Activity, evidence: Evidence) -> Activity:
    """Return the activity with the verdict of the present rules and its reasons.

    A visit that a click began is a machine's if the click is. Any other activity that is unjudged is a person's.
    """
    if is_click(activity):
        judged = _judged(activity, evidence)
        is_repeated = judged.verdict is Verdict.HUMAN and _is_repeated(activity, evidence)
        return replace(judged, verdict=Verdict.REPEATED) if is_repeated else judged
    if click := evidence.source_click(activity):
        verdict = _judged(click, evidence).verdict
        return replace(activity, verdict=verdict, classification=None if verdict is Verdict.HUMAN else _AFTER_MACHINE)
    return replace(activity, verdict=Verdict.HUMAN) if activity.verdict is Verdict.UNJUDGED else activity


def starts_burst(click: Activity, evidence: Evidence) -> bool:
    """Return whether this click of a machine is the first of its burst; one decision is written for each burst."""
    here = happened_at(click), click.id
    before = [other for other in evidence.nearby_clicks(click) if (happened_at(other), other.id) < here]
    return not any(_judged(other, evidence).verdict is Verdict.MACHINE for other in before)


def repeats(click: Activity, earlier: Activity) -> bool:
    """Return whether the click is on the same link of the same mail, seconds after the earlier one."""
    gap = happened_at(click) - happened_at(earlier)
    is_later = timedelta() < gap <= _DOUBLE_CLICK or (not gap and click.id > earlier.id)
    return is_later and all(click.facts.get(name) == earlier.facts.get(name) for name in ("send", "link"))


def _is_repeated(click: Activity, evidence: Evidence) -> bool:
    """Return whether a person clicked just before. It asks for signals alone, so that folds in any order agree."""
    earlier = (other for other in evidence.nearby_clicks(click) if repeats(click, other))
    return any(_judged(other, evidence).verdict is Verdict.HUMAN for other in earlier)


def _judged(click: Activity, evidence: Evidence) -> Activity:
    """Return the click with the verdict by its signals alone: a person's or a machine's."""
    signals = list(_signals(click, evidence))
    points = sum(weight for weight, _ in signals)
    return replace(
        click,
        verdict=Verdict.MACHINE if points >= _MACHINE_POINTS else Verdict.HUMAN,
        classification=Classification(points=points, rules_version=RULES_VERSION, why=tuple(why for _, why in signals)),
    )


def _signals(click: Activity, evidence: Evidence) -> Iterator[tuple[int, str]]:
    """Yield the points of each signal with its reason (signals as used by HubSpot, Braze and Mautic)."""
    clicks = evidence.nearby_clicks(click)
    hidden = list(_hidden_link_signals(click, clicks))
    yield from hidden
    if sum(points for points, _ in hidden) < _HIDDEN_LINK and (swept := _swept_links(click, clicks)):
        yield _ALL_LINKS, swept
    yield from _request_signals(click)
    delivered = evidence.delivered(click)
    if delivered and happened_at(click) < delivered + _SOON:
        yield _SOON_AFTER_DELIVERY, f"clicked within {_SOON.seconds} s of delivery"
    if evidence.is_followed(click):
        yield _PERSON_FOLLOWED, Reason.PERSON_FOLLOWED


def _request_signals(click: Activity) -> Iterator[tuple[int, str]]:
    if click.facts.get("method") == "HEAD":
        yield _HEAD, Reason.HEAD_REQUEST
    match click.facts.get("agent"):
        case AgentKind.SCANNER:
            yield _NO_BROWSER, Reason.SCANNER
        case AgentKind.LIBRARY | AgentKind.NONE:
            yield _NO_BROWSER, Reason.NO_BROWSER
    if click.facts.get("request") == RequestKind.BARE:
        yield _BARE_REQUEST, Reason.NOT_A_PAGE_REQUEST


def _hidden_link_signals(click: Activity, clicks: Iterable[Activity]) -> Iterator[tuple[int, str]]:
    """Yield what the hidden link says about the click: at most one signal, the strongest.

    Many people and their company's scanner share one network, so it condemns nobody whose browser is another one.
    """
    hidden = [other for other in clicks if is_hidden_link(other)]
    near = [other for other in hidden if _have_same(other, click, "network")]
    unknown = [other for other in near if "" in (_browser(other), _browser(click))]
    if any(_gap(other, click) <= _BURST or _have_same(other, click, "browser") for other in hidden):
        yield _HIDDEN_LINK, Reason.HIDDEN_LINK
    elif unknown:
        yield _HIDDEN_LINK_NEARBY, Reason.HIDDEN_LINK
    elif near:
        yield 0, Reason.HIDDEN_LINK_BY_ANOTHER


def _have_same(one: Activity, other: Activity, fact: str) -> bool:
    """Return whether both have the same fact, and it is known."""
    return one.facts.get(fact, "") == other.facts.get(fact, "") != ""


def _browser(click: Activity) -> str:
    return click.facts.get("browser", "")


def _swept_links(click: Activity, clicks: Iterable[Activity]) -> str:
    """Return how many links were followed at once, or "": three in two seconds, or all links of the mail."""
    near = [other for other in clicks if _gap(other, click) <= _SWEEP and not is_hidden_link(other)]
    burst = {other.facts.get("link") for other in near if _gap(other, click) <= _BURST}
    sweep = {other.facts.get("link") for other in near}
    links_in_mail = int(click.facts.get("of", "0"))
    if len(burst) >= _MANY_LINKS or 2 <= links_in_mail <= len(burst):
        return f"{len(burst)} links in {_BURST.seconds} s"
    if len(sweep) >= _MANY_LINKS and 0 < links_in_mail <= len(sweep):
        return f"all {links_in_mail} links in {_SWEEP.seconds} s"
    return ""


def _gap(one: Activity, other: Activity) -> timedelta:
    return abs(happened_at(one) - happened_at(other))
