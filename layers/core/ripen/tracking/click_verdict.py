"""Who clicked: a person, or a scanner that follows every link of a mail.

1. Each click is stored unjudged, with the signals of its request (click_signals.py).
2. It waits up to two minutes for a sign of a person (is_ready).
3. Each signal gives points for a machine or for a person; from 60 points on the click is a machine's (classify).
4. A person's click that repeats another one counts once: the later one is repeated (_is_repeated).
5. Late evidence or new rules can revise a verdict (reclassify), and the scores follow (refold.py).
"""

from collections.abc import Iterator
from copy import replace
from datetime import datetime, timedelta
from functools import partial

from ripen.decision import Reason
from ripen.lead.activity import Activity, Classification, Verdict, happened_at
from ripen.tracking.click_evidence import NETWORK_WINDOW, Evidence, is_click
from ripen.tracking.click_signals import HIDDEN_LINK, AgentKind, RequestKind

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
        or evidence.is_repetition_followed(activity, _DOUBLE_CLICK)
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
        verdict = _verdict(activity, evidence)
        is_repeated = verdict is Verdict.HUMAN and _is_repeated(activity, evidence)
        judged = replace(activity, classification=_classification(activity, evidence))
        return replace(judged, verdict=Verdict.REPEATED if is_repeated else verdict)
    if click := evidence.source_click(activity):
        verdict = _verdict(click, evidence)
        return replace(activity, verdict=verdict, classification=None if verdict is Verdict.HUMAN else _AFTER_MACHINE)
    return replace(activity, verdict=Verdict.HUMAN) if activity.verdict is Verdict.UNJUDGED else activity


def starts_burst(click: Activity, evidence: Evidence) -> bool:
    """Return whether this click of a machine is the first of its burst; one decision is written for each burst."""
    before = evidence.earlier(click, NETWORK_WINDOW)
    return not any(_verdict(other, evidence) is Verdict.MACHINE for other in before)


def _is_repeated(click: Activity, evidence: Evidence) -> bool:
    """Return whether a person clicked the same link just before.

    It asks for signals alone, so that folds in any order agree.
    """
    earlier = evidence.earlier(click, _DOUBLE_CLICK, link=click.facts.get("link", ""))
    return any(_verdict(other, evidence) is Verdict.HUMAN for other in earlier)


def _verdict(click: Activity, evidence: Evidence) -> Verdict:
    """Return the verdict by the signals of the click alone: a person's or a machine's."""
    return Verdict.MACHINE if _classification(click, evidence).points >= _MACHINE_POINTS else Verdict.HUMAN


def _classification(click: Activity, evidence: Evidence) -> Classification:
    """Return the points of the click's signals, which are added up once."""
    known = evidence.classifications.get(click.id)
    if known is None:
        signals = list(_signals(click, evidence))
        points = sum(weight for weight, _ in signals)
        known = Classification(points=points, rules_version=RULES_VERSION, why=tuple(why for _, why in signals))
        evidence.classifications[click.id] = known
    return known


def _signals(click: Activity, evidence: Evidence) -> Iterator[tuple[int, str]]:
    """Yield the points of each signal with its reason (signals as used by HubSpot, Braze and Mautic)."""
    hidden = list(_hidden_link_signals(click, evidence))
    yield from hidden
    if sum(points for points, _ in hidden) < _HIDDEN_LINK and (swept := _swept_links(click, evidence)):
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


def _hidden_link_signals(click: Activity, evidence: Evidence) -> Iterator[tuple[int, str]]:
    """Yield what the hidden link says about the click: at most one signal, the strongest.

    Many people and their company's scanner share one network, so it condemns nobody whose browser is another one.
    """
    network, browser = (click.facts.get(name, "") for name in ("network", "browser"))
    near = partial(evidence.has_near, click, NETWORK_WINDOW, link=str(HIDDEN_LINK))
    if evidence.has_near(click, _BURST, link=str(HIDDEN_LINK)) or (browser and near(browser=browser)):
        yield _HIDDEN_LINK, Reason.HIDDEN_LINK
    elif network and near(network=network):
        is_unknown = not browser or near(network=network, browser="")
        yield (_HIDDEN_LINK_NEARBY, Reason.HIDDEN_LINK) if is_unknown else (0, Reason.HIDDEN_LINK_BY_ANOTHER)


def _swept_links(click: Activity, evidence: Evidence) -> str:
    """Return how many links were followed at once, or "": three in two seconds, or all links of the mail."""
    links_in_mail = int(click.facts.get("of", "0"))
    burst = evidence.links_near(click, _BURST)
    if burst >= _MANY_LINKS or 2 <= links_in_mail <= burst:
        return f"{burst} links in {_BURST.seconds} s"
    sweep = evidence.links_near(click, _SWEEP)
    if sweep >= _MANY_LINKS and 0 < links_in_mail <= sweep:
        return f"all {links_in_mail} links in {_SWEEP.seconds} s"
    return ""
