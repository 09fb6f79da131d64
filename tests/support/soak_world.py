"""Many leads' stories at once, under random deaths, losses and faults, and what must hold once all has come to rest."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import Profile
from ripen.mail.ledger import Send, SendState
from ripen.slack.alert import Alert, AlertState
from tests.support.incoming_requests import a_form, a_press
from tests.support.lead_story import WORKERS, World
from tests.support.outside_world import Outside

SES = ("throttle", "drop", "truncate", "error_after_accept")
SLACK = ("down", "error_500", "ratelimit", "drop_after")
SALESFORCE = ("error_500", "lock_row", "drop_after_write", "expire_tokens")
DEATHS = 0.06
"""The share of invocations in which the process may die: at one of its first calls that change something."""
_KEPT = ("profile", "activity#", "send#", "alert#")
_MOST_ROUNDS = 3000


@dataclass
class Crowd(World):
    """A world in which many leads act, and any process may die."""

    random: Random = field(default_factory=Random)
    deadly: bool = True
    people: list[int] = field(default_factory=list)
    pressed: set[int] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    """The faults that happened, by kind."""

    def run(self, function: str, *events: dict[str, Any]) -> list[Any]:
        """Invoke a function once per event; a process may die, and its answer is then None."""
        asked = [
            {"function": function, "event": event, "die": self._death(), "patience": self.patience} for event in events
        ]
        answers = self.outside.worker.run(asked)
        for answer in answers:
            if answer["killed"]:
                self.kinds[f"death of {function}"] += 1
            else:
                assert answer["answer"] is not None, f"{function}: {self._log()}"
        return [answer["answer"] for answer in answers]

    def _death(self) -> tuple[int, str] | None:
        if not self.deadly or self.random.random() >= DEATHS:
            return None
        return self.random.randint(1, 4), self.random.choice(("before", "after"))

    def ask_until_answered(self, function: str, event: dict[str, Any]) -> None:
        """Repeat a request until it is answered with success, as a client does whose connection broke."""
        for _ in range(20):
            answers = self.run(function, *([event] * self.random.choice((1, 1, 1, 2))))
            if any(answer and answer["statusCode"] < 300 for answer in answers):
                return
        raise AssertionError(f"{function} does not answer")

    def comes(self) -> None:
        """Let one more person post the form."""
        number = len(self.people) + 1
        self.ask_until_answered("capture.form", a_form(self.address(number), number))
        self.people.append(number)

    def address(self, number: int) -> str:
        return f"hanako{number}@sample{number}.example.jp"

    def accepts(self, number: int) -> None:
        """Let sales accept a person's card, if it is there."""
        if cards := self.cards_of(number):
            self.ask_until_answered("notify.slack", a_press(cards[0], "alice", f"{number}.alice"))
            self.pressed.add(number)

    def cards_of(self, number: int) -> list[dict[str, Any]]:
        of = re.compile(rf"見本{number}(?!\d)")
        return [card for card in self.outside.workspace.messages() if of.search(str(card))]

    def trouble(self) -> None:
        """Let one thing go wrong."""
        count = self.random.randint(1, 3)
        what = self.random.choice(("SES", "Slack", "Salesforce", "SQS down", "messages lost", "messages doubled"))
        self.kinds[what] += 1
        match what:
            case "SES":
                self.outside.mailbox.fault(self.random.choice(SES), count)
            case "Slack":
                self.outside.workspace.control("faults", mode=self.random.choice(SLACK), count=count)
            case "Salesforce":
                self.outside.org.control("faults", mode=self.random.choice(SALESFORCE), count=count)
            case "SQS down":
                self.queues.silent = count
            case "messages lost":
                self.lost = {self.random.choice([queue for queue in WORKERS if queue not in ("beacons", "feedback")])}
            case _:
                self.order = lambda waiting: [self.random.choices(waiting, k=self.random.randint(1, 4))]

    def an_hour(self) -> None:
        """Let people act, one thing go wrong, and an hour of ticks pass in a few steps."""
        for _ in range(self.random.randint(1, 4)):
            self.comes()
        self.trouble()
        self.lossy = self.random.random() < 0.3
        for _ in range(3):
            self.drain()
            self.pass_time(minutes=20)
            self.run("nurture.tick", {})
        waiting = [number for number in self.people if number not in self.pressed]
        for number in self.random.sample(waiting, min(2, len(waiting))):
            self.accepts(number)
        self.order = lambda waiting: [[waiting[0]]]

    def rest(self, horizon: timedelta) -> None:
        """Without deaths and faults, do all work that is due within the horizon."""
        self.deadly, self.lossy, self.lost, self.queues.silent = False, False, set(), 0
        self.outside.calm()
        until = self.now() + horizon
        for _ in range(_MOST_ROUNDS):
            self.drain()
            due = self.next_due()
            if due is None or due > until:
                return
            self.pass_time(seconds=max((due - self.now()).total_seconds(), 59) + 1)
            self.run("nurture.tick", {})
        raise AssertionError(f"does not come to rest: {self.agenda()[:10]}")

    # What must hold at rest

    def wrongs(self) -> list[str]:
        """Return all that is lost or doubled."""
        rows = list(self._rows())
        mails = self._mails_by_address()
        return [wrong for number in self.people for wrong in self._wrongs_of(number, rows, mails)]

    def _rows(self) -> Iterator[Any]:
        for row in self.table.scan(dict.fromkeys(_KEPT, ""), 0, 1):
            yield row.value

    def _mails_by_address(self) -> Counter[str]:
        mails = [json.loads(path.read_text()) for path in self._mailed()]
        return Counter(address for mail in mails for address in mail["recipients"])

    def _wrongs_of(self, number: int, rows: list[Any], mails: Counter[str]) -> Iterator[str]:
        address = self.address(number)
        profiles = [row for row in rows if isinstance(row, Profile) and row.email == address]
        if len(profiles) != 1:
            yield f"{number}: {len(profiles)} leads"
            return
        lead = profiles[0].id
        own = [row for row in rows if getattr(row, "lead", "") == lead]
        forms = [row for row in own if isinstance(row, Activity) and row.kind is Kind.FORM_SUBMITTED]
        sends = [row for row in own if isinstance(row, Send)]
        accepted = [send for send in sends if send.state is SendState.ACCEPTED]
        alerts = [row for row in own if isinstance(row, Alert) and not row.about]
        records = self.outside.org.query(f"SELECT Id, Ripen_Rank__c FROM Lead WHERE Email = '{address}'")  # noqa: S608
        found = {
            "forms": (len(forms), 1),
            "unfolded activities": (sum(isinstance(row, Activity) and row.folded is None for row in own), 0),
            "deliveries": ([send.state for send in sends if send.email == "whitepaper-delivery"], [SendState.ACCEPTED]),
            "mails": (mails[address], len(accepted)),
            "open sends": ([send.state for send in sends if send.state not in _SETTLED], []),
            "alerts": ([alert.state for alert in alerts], [AlertState.POSTED]),
            "cards": (len(self.cards_of(number)), 1),
            "records": ([record["Ripen_Rank__c"] for record in records], ["hot"]),
        }
        if number in self.pressed and len(records) == 1:
            query = f"SELECT Id FROM Task WHERE WhoId = '{records[0]['Id']}'"  # noqa: S608
            found["tasks"] = (len(self.outside.org.query(query)), 1)
        yield from (f"{number}: {what} {is_!r}, not {ought!r}" for what, (is_, ought) in found.items() if is_ != ought)


_SETTLED = {SendState.ACCEPTED, SendState.HELD, SendState.SKIPPED}


def a_crowd(outside: Outside, world: World, seed: int) -> Crowd:
    """Return an empty world for a crowd, on the outside systems of another."""
    crowd = Crowd(outside, world.time, random=Random(seed))  # noqa: S311
    crowd.begin()
    return crowd
