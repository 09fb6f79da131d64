"""score.refold and leads with many activities, on real boto3 clients that are answered in this process."""

from collections.abc import Iterator, Sequence
from copy import replace
from datetime import timedelta
from itertools import batched, count, islice
from typing import Any

import msgspec

from bench.answered_cloud import AnsweredCloud
from bench.memory_cloud import START
from ripen.adapters.table import Create, Key, keys
from ripen.agenda import Ref, shard
from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import Profile
from ripen.playbook.bundle import Bundle

ACTIVITIES = 500
_BATCH = 10
"""Activities that score.react folds at the same time."""
_EVERY = timedelta(hours=12)
_KINDS = (*(Kind.PAGE_VIEWED,) * 8, Kind.PAGE_READ, Kind.LINK_CLICKED)
_SUBJECTS = ("/features", "/pricing", "/cases", "/pages/whitepaper", "/blog/lead-scoring")


class RefoldCloud(AnsweredCloud):
    """The functions, and leads in the first shard of the roster."""

    def __init__(self, bundle: Bundle) -> None:
        self._plan = bundle
        super().__init__()
        self._clients.sleeps = False
        self.publish(bundle)

    def add_leads(self, number: int, templates: int) -> None:
        """Add this many leads; all but the first few are copies of these, whose activities were folded one by one."""
        ids = list(islice(_ids_of_first_shard(), number))
        for nth, lead in enumerate(ids[:templates]):
            self._fold_a_life(lead, nth)
        for nth, lead in enumerate(ids[templates:]):
            self._copy(ids[nth % templates], lead)

    def publish_half_life(self, days: float) -> None:
        """Publish the playbook with another half-life of scores, and start the walks."""
        scoring = replace(self._plan.scoring, half_life_days=days)
        self.publish(replace(self._plan, hash=f"days{days}", scoring=scoring))
        self._messages.clear()
        self.hand("refold", keys.REFOLDING.ref)
        self._messages.clear()

    def recalculate(self) -> None:
        """Let score.refold work on the page of the first shard."""
        self.hand("refold", keys.walk(keys.REFOLDING, 0).ref)

    def _fold_a_life(self, lead: str, nth: int) -> None:
        """Add a lead, and have score.react fold its activities as they come."""
        born = START - ACTIVITIES * _EVERY
        profile = Profile(
            id=lead, email=f"{lead}@example.co.jp", created=born, last_name="山田", company="株式会社サンプル"
        )
        self.table.write(Create(keys.profile(lead), profile))
        for some in batched(range(ACTIVITIES), _BATCH, strict=False):
            self.clock.at = born + some[-1] * _EVERY + timedelta(minutes=1)
            self.hand("react_bulk", *self._captured([_activity(lead, nth, number) for number in some]))
        self.clock.at = START
        self._messages.clear()

    def _captured(self, activities: Sequence[Activity]) -> list[Ref]:
        created = [Create(keys.activity(each.lead, each.at, each.id), each, due=each.at) for each in activities]
        self.table.write(*created)
        return [change.key.ref for change in created]

    def _copy(self, template: str, lead: str) -> None:
        rows = [
            Create(
                Key(f"lead#{lead}", row.key.sk, row.key.type),
                msgspec.json.decode(
                    msgspec.json.encode(row.value).replace(template.encode(), lead.encode()), type=row.key.type
                ),
            )
            for row in self.table.under(template, "")
        ]
        for some in batched(rows, 100, strict=False):
            self.table.write(*some)

    # The services

    def _client(self, service: str, **_: Any) -> Any:
        match service:
            case "dynamodb":
                return self._clients.client(service, lambda verb, wanted: getattr(self._dynamodb, verb)(**wanted) or {})
            case "sqs":
                return self._clients.client(service, lambda verb, wanted: dict(getattr(self, verb)(**wanted)))
        return self


def _ids_of_first_shard() -> Iterator[str]:
    return (lead for lead in (f"{number:032x}" for number in count(1)) if shard(lead) == 0)


def _activity(lead: str, nth: int, number: int) -> Activity:
    """Return one activity of a life; each life has them in another order."""
    at = START - (ACTIVITIES - number) * _EVERY
    kind = _KINDS[(number + nth) % len(_KINDS)]
    return Activity(
        id=f"{number:026}",
        lead=lead,
        kind=kind,
        at=at,
        received=at,
        subject="case-study" if kind is Kind.LINK_CLICKED else _SUBJECTS[(number * (nth + 2)) % len(_SUBJECTS)],
        facts={"url": "https://www.example.co.jp/features?utm_source=news", "visitor": f"{nth:032x}", "visit": "1"},
    )
