"""The scoring rules of the compiled playbook, from playbook/scoring.yaml."""

from typing import Literal

from msgspec import Struct

from ripen.playbook.clause import Condition
from ripen.playbook.graph import Texts


class EngagementRule(Struct, frozen=True, kw_only=True):
    """Points for one kind of activity; `subject` "" matches any. `cap` is the most that the rule ever gives."""

    code: str
    kind: str
    subject: str = ""
    points: float
    cap: float | None = None
    words: Texts
    """The reason in words, in Liquid: {{ count }}, {{ today }}, {{ subject }}, {{ last }}."""


class FitRule(Struct, frozen=True, kw_only=True):
    """Points for who the lead is: given if all of `when` hold."""

    code: str
    when: tuple[Condition, ...]
    points: float
    words: Texts


class Threshold(Struct, frozen=True, kw_only=True):
    """A threshold with hysteresis: a lead rises at `enter` and falls only below `leave`."""

    enter: float
    leave: float


class HotThreshold(Threshold, frozen=True, kw_only=True):
    """The threshold of hot. With `needs` "proof", a lead rises only after something proved its address (proof.py)."""

    needs: Literal["proof", "nothing"] = "proof"


class Scoring(Struct, frozen=True, kw_only=True):
    """The scoring rules, from playbook/scoring.yaml."""

    half_life_days: float
    engagement: tuple[EngagementRule, ...]
    fit: tuple[FitRule, ...]
    warm: Threshold
    hot: HotThreshold
    fit_cap: float | None = None
    engagement_cap: float | None = None
