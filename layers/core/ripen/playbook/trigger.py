"""The triggers of journeys: the events that may enrol a lead."""

from typing import Literal

from msgspec import Struct

from ripen.playbook.clause import Condition


class OnActivity(Struct, frozen=True, kw_only=True, tag="activity"):
    """Triggered by an activity of the lead."""

    kind: str
    subject: str = ""
    where: tuple[Condition, ...] = ()
    """Conditions on the activity's facts."""
    key: str = ""
    """The fact that distinguishes entries (an order's number, a webinar's name); "": each activity is its own entry."""


class OnSegment(Struct, frozen=True, kw_only=True, tag="segment"):
    """Triggered when the lead joins the segment; leads in it when the journey is published have not joined."""

    segment: str


class OnRank(Struct, frozen=True, kw_only=True, tag="rank"):
    """Triggered when the lead gets this rank."""

    rank: str


class OnField(Struct, frozen=True, kw_only=True, tag="field"):
    """Triggered when the field changes to a value that meets the condition."""

    when: Condition


class OnDate(Struct, frozen=True, kw_only=True, tag="date"):
    """Triggered `offset_days` after (negative: before) a date in the lead's field, at a time of the lead's day."""

    field: str
    offset_days: int = 0
    yearly: bool = False
    at: str = "09:00"
    leap: Literal["28 February", "1 March"] = "28 February"
    """Which day stands for 29 February in other years."""


class OnSchedule(Struct, frozen=True, kw_only=True, tag="schedule"):
    """Enrols all leads of the segment at each occurrence of an RRULE (RFC 5545) in the brand's time zone."""

    rrule: str
    start: str
    """Local date and time of the first occurrence, "2026-12-01T09:00"."""
    segment: str


class OnRequest(Struct, frozen=True, kw_only=True, tag="request"):
    """Triggered by a signed request that carries only these facts."""

    facts: tuple[str, ...] = ()
    key: str = ""
    """The fact that distinguishes entries; "" is the request's own key."""


Trigger = OnActivity | OnSegment | OnRank | OnField | OnDate | OnSchedule | OnRequest
