"""Which definitions a lead's state was made with. Where they are others by now, it is folded anew: so newly published scoring
and segments reach everybody, and who is in a new segment has not joined it."""

from functools import lru_cache

import msgspec

from ripen.bundle import Bundle
from ripen.graph import OnDate, OnField
from ripen.ids import digest
from ripen.same import Same
from ripen.watch import watched

_LENGTH = 10


def edition(bundle: Bundle) -> str:
    """The same for two playbooks that judge alike, whatever words they use: scoring, segments, what is watched for clauses,
    and the fields and dates that let into journeys."""
    return _edition(Same(bundle))


@lru_cache(maxsize=4)
def _edition(same: Same[Bundle]) -> str:
    bundle = same.value
    scoring = bundle.scoring
    judged = (
        (scoring.half_life_days, scoring.warm, scoring.hot, scoring.fit_cap, scoring.engagement_cap),
        [(rule.code, rule.kind, rule.subject, rule.points, rule.cap) for rule in scoring.engagement],
        [(rule.code, rule.when, rule.points) for rule in scoring.fit],
        sorted(bundle.segments.items()),
        sorted(watched(bundle).items()),
        [
            (journey.name, trigger)
            for _, journey in sorted(bundle.journeys.items())
            for trigger in journey.enrol
            if isinstance(trigger, OnDate | OnField)
        ],
    )
    return digest(msgspec.json.encode(judged).decode())[:_LENGTH]
