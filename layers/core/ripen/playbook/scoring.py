"""The scoring rules of the compiled playbook, from playbook/scoring.yaml."""

from typing import Literal

from msgspec import Struct

from ripen.playbook.clause import Condition
from ripen.playbook.graph import Texts


class Count(Struct, frozen=True, kw_only=True):
    """How often the lead must have done something in the last `within_seconds`: from `at_least` to `at_most` times."""

    at_least: int = 1
    at_most: int | None = None
    within_seconds: int


class EngagementRule(Struct, frozen=True, kw_only=True):
    """Points for one kind of activity; `subject` "" matches any. `cap` is the most that the rule ever gives.

    With `count`, the points do not decay: the lead has all of them while it holds, and otherwise none. A lead that
    never did the activity has none either.
    """

    code: str
    kind: str
    """"" for anything that the lead itself does (OWN_KINDS)."""
    subject: str = ""
    points: float
    cap: float | None = None
    words: Texts
    """The reason in words, in Liquid: {{ count }}, {{ today }}, {{ subject }}, {{ last }}."""
    where: tuple[Condition, ...] = ()
    """Conditions on the facts of the activity that the history keeps (history.RULE_FACTS)."""
    count: Count | None = None
    group: str = ""


class FitRule(Struct, frozen=True, kw_only=True):
    """Points for who the lead is: given if all of `when` hold."""

    code: str
    when: tuple[Condition, ...]
    points: float
    words: Texts
    group: str = ""


class Disqualifier(Struct, frozen=True, kw_only=True):
    """A lead for which all of `when` hold is cold, however many points it has."""

    code: str
    when: tuple[Condition, ...]
    words: Texts


class Threshold(Struct, frozen=True, kw_only=True):
    """A threshold with hysteresis: a lead rises at `enter` and falls only below `leave`."""

    enter: float = 0.0
    leave: float = 0.0


class HotThreshold(Threshold, frozen=True, kw_only=True):
    """The threshold of hot. With `needs` "proof", a lead rises only after something proved its address (proof.py)."""

    needs: Literal["proof", "nothing"] = "proof"


class Scoring(Struct, frozen=True, kw_only=True):
    """One scoring model. The rank follows from the total or, with `matrix`, from grade and level."""

    half_life_days: float
    engagement: tuple[EngagementRule, ...]
    fit: tuple[FitRule, ...]
    warm: Threshold
    hot: HotThreshold
    fit_cap: float | None = None
    engagement_cap: float | None = None
    groups: dict[str, float] = {}
    """The most points of each group of rules."""
    grades: tuple[float, ...] = ()
    """The least fit of the grades A, B and C; a lead with less is a D. (): the playbook has no grades."""
    levels: tuple[Threshold, ...] = ()
    """The engagement of the levels 2, 3 and 4; a lead with less is at level 1. (): the playbook has no levels."""
    matrix: dict[str, Literal["warm", "hot"]] = {}
    """The rank of each pair of grade and level, such as "A3"; all others are cold."""
    disqualify: tuple[Disqualifier, ...] = ()
    """Of the main model, for all models; the first that holds counts."""
    resets: tuple[str, ...] = ()
    """Of the main model: the kinds of activities from which on all earlier engagement counts no more, in all models."""
    models: dict[str, "Scoring"] = {}
    """Of the main model: the further models by name."""
    channel: str = ""
    """Of a further model: where its hot leads are announced, "" for nowhere."""
