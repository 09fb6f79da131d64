"""One lead's story, run by the real functions, with any faults.

form → mail, record, card → accept in Slack → follow-up after three days. A client without an answer repeats its request
(the site that posts the form, Slack). A message whose worker died comes again or is lost; then the tick finds the work.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import batched, count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Create, Table, keys
from ripen.settings import ClockOffset, LivePlaybook
from tests.conftest import create_table
from tests.support.builders import a_bundle
from tests.support.incoming_requests import a_form, a_press
from tests.support.kill_points import Kill, Ran
from tests.support.outside_world import Outside, outside
from tests.support.sqs_events import an_sqs_event

WORKERS = {
    "react": "score.react",
    "react_bulk": "score.react",
    "advance": "nurture.advance",
    "deliver": "nurture.deliver",
    "deliver_bulk": "nurture.deliver",
    "sync": "score.sync",
    "alert": "notify.alert",
    "act": "notify.act",
    "feedback": "nurture.feedback",
    "beacons": "capture.beacons",
}
_PATIENT = 10.0
_HORIZON = timedelta(hours=3)
_MOST_ROUNDS = 80
_TICK_SECONDS = 60
_MOST_RECEIVED = 5
_numbers = count(1)


@dataclass
class Time:
    """The wall clock, moved forward."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class World:
    """The world of one story.

    Each of `kills` occurs once. With `lossy`, a message whose worker died does not come again. `order` says how
    messages reach their workers: it takes all waiting messages and returns groups that are delivered at the same time.
    """

    outside: Outside
    time: Time
    kills: tuple[Kill, ...] = ()
    lossy: bool = False
    patience: float = _PATIENT
    order: Callable[[list[tuple[str, str]]], list[list[tuple[str, str]]]] = lambda waiting: [[waiting[0]]]
    lost: set[str] = field(default_factory=set)
    """Queues that lose their messages at the first delivery."""
    at_once: int = 1
    """Number of identical requests at the same time."""
    number: int = 0
    chapter: int = 1
    """Counts the times at which all work was done."""
    ran: list[Ran] = field(default_factory=list)
    died: list[str] = field(default_factory=list)
    handed: list[tuple[str, str]] = field(default_factory=list)
    """All delivered messages."""
    dead: list[tuple[str, str]] = field(default_factory=list)
    received: Counter[tuple[str, str]] = field(default_factory=Counter)
    published: int = 0
    mailed: int = 0

    def begin(self, bundle: str = "bundle1") -> None:
        """Start a new lead in an empty table, org and channel, without faults."""
        self.number, self.chapter = next(_numbers), 1
        self.kills, self.lossy, self.patience, self.died = (), False, _PATIENT, []
        self.order = lambda waiting: [[waiting[0]]]
        self.lost, self.at_once = set(), 1
        self.time.ahead, self.ran, self.handed, self.dead = timedelta(), [], [], []
        self.received.clear()
        self.queues.waiting.clear()
        self.queues.silent = 0
        _empty(self.outside.client("dynamodb"))
        self.table = Table("table", self.outside.client("dynamodb"))
        live = LivePlaybook(bundle=bundle, site="https://ripen.example", at=self.now())
        self.table.write(Create(keys.LIVE, live), Create(keys.CLOCK, ClockOffset()))
        self.outside.org.control("reset")
        self.outside.workspace.reset()
        self.outside.calm()
        self.published, self.mailed = self.queues.published, self._mails()

    @property
    def queues(self) -> Any:
        return self.outside.queues

    @property
    def email(self) -> str:
        return f"hanako{self.number}@sample{self.number}.example.jp"

    def now(self) -> datetime:
        return self.time.now()

    # The actions of people

    def play(self) -> None:
        """Run the whole story."""
        self.submit()
        self.settle()
        self.press()
        self.settle()
        self.pass_time(days=3)
        self.settle()

    def submit(self) -> None:
        """Post the form by script, again if there is no answer."""
        form = a_form(self.email, self.number)
        assert self.ask("capture.form", lambda: form)["statusCode"] == 202

    def press(self, user: str = "alice") -> None:
        """Press Accept; Slack posts it again if there is no answer."""
        [card] = self.cards()
        assert self.ask("notify.slack", lambda: a_press(card, user, f"{self.number}.{user}"))["statusCode"] == 200

    def pass_time(self, **delta: float) -> None:
        self.time.ahead += timedelta(**delta)
        row = self.table.get(keys.CLOCK)
        assert row
        item = {"pk": {"S": row.key.pk}, "sk": {"S": row.key.sk}}
        body = json.dumps({"seconds": self.time.ahead.total_seconds()})
        self.outside.client("dynamodb").put_item(
            TableName="table", Item=item | {"body": {"S": body}, "version": {"N": "1"}}
        )

    def ask(self, function: str, event: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the answer to a request, repeated until there is one."""
        for _ in range(3):
            for answer in self.run(function, *(event() for _ in range(self.at_once))):
                if answer is not None:
                    return dict(answer)
        raise AssertionError("no answer")

    # The work of the cloud

    def settle(self, horizon: timedelta = _HORIZON) -> None:
        """Deliver all messages, and go from due time to due time until nothing is due within the horizon."""
        until = self.now() + horizon
        for _ in range(_MOST_ROUNDS):
            self.drain()
            due = self.next_due()
            if due is None or due > until:
                self.chapter += 1
                return
            # A released mail whose message was lost stays due: the tick looks at it again after some minutes.
            wait = (due - self.now()).total_seconds() + 0.1
            self.pass_time(seconds=wait if wait > 0 else _TICK_SECONDS)
            self.run("nurture.tick", {})
        raise AssertionError(f"does not come to rest: {self.agenda()}")

    def drain(self) -> None:
        """Deliver messages until none is left, including SES's events."""
        while self._waits():
            lost = {queue for queue, _ in self.queues.waiting} & self.lost
            self.queues.waiting[:] = [message for message in self.queues.waiting if message[0] not in lost]
            self.lost -= lost
            if not self.queues.waiting:
                continue
            for group in self.order(self.queues.waiting[:]):
                for message in group:
                    if message in self.queues.waiting:
                        self.queues.waiting.remove(message)
                self._hand_over(group)

    def agenda(self) -> list[tuple[datetime, str]]:
        """Return the agenda as (time, kind of row)."""
        items = self.outside.client("dynamodb").scan(TableName="table", ProjectionExpression="sk, due")["Items"]
        return sorted(
            (datetime.fromtimestamp(int(item["due"]["N"]) / 1000, UTC), keys.kind(f"|{item['sk']['S']}"))
            for item in items
            if "due" in item
        )

    def next_due(self) -> datetime | None:
        return next((at for at, _ in self.agenda()), None)

    def run(self, function: str, *events: dict[str, Any]) -> list[Any]:
        """Invoke a function once per event, all at the same time; the answer of a killed one is None."""
        asked = []
        for event in events:
            number = 1 + sum((ran.function, ran.chapter) == (function, self.chapter) for ran in self.ran)
            self.ran.append(Ran(function, self.chapter, number, []))
            here = (function, self.chapter, number)
            due = [kill for kill in self.kills if (kill.function, kill.chapter, kill.invocation) == here]
            die = (due[0].change, due[0].moment) if due else None
            asked.append({"function": function, "event": event, "die": die, "patience": self.patience})
        answers = self.outside.worker.run(asked)
        for ran, answer in zip(self.ran[-len(answers) :], answers, strict=True):
            ran.calls = answer["calls"]
            if answer["killed"]:
                self.died.append(f"{function}[{ran.chapter}.{ran.number}] in {ran.calls[-1]}")
            else:
                assert answer["answer"] is not None, f"{function}: {self._log()}"
        return [answer["answer"] for answer in answers]

    def _hand_over(self, group: list[tuple[str, str]]) -> None:
        self.handed += group
        for function in dict.fromkeys(WORKERS[queue] for queue, _ in group):
            messages = [message for message in group if WORKERS[message[0]] == function]
            answers = self.run(function, *(an_sqs_event(body) for _, body in messages))
            for message, answer in zip(messages, answers, strict=True):
                if (answer is None and not self._is_lost(message)) or (answer and answer["batchItemFailures"]):
                    self._again(message)

    def _is_lost(self, message: tuple[str, str]) -> bool:
        """Return whether a dead worker's message is lost.

        A beacon and an event of SES never are: they exist nowhere else, and SQS brings them back.
        """
        queue, body = message
        return self.lossy and not (queue in ("beacons", "feedback") and body.startswith("{"))

    def _again(self, message: tuple[str, str]) -> None:
        self.received[message] += 1
        where = self.queues.waiting if self.received[message] < _MOST_RECEIVED else self.dead
        where.append(message)

    def _waits(self) -> bool:
        """Return whether a message waits; SES publishes two events per mail, a little after its answer."""
        until = monotonic() + 5
        while not self.queues.waiting and self.queues.published - self.published < 2 * (self._mails() - self.mailed):
            assert monotonic() < until, "SES published no event"
            sleep(0.005)
        return bool(self.queues.waiting)

    def _mails(self) -> int:
        return len(list(self._mailed()))

    def _mailed(self) -> Iterator[Path]:
        """Yield the files of SES's mails, which exist even while SES is off."""
        return (self.outside.folder / "ses" / "mails").glob("*.json")

    def _log(self) -> str:
        return self.outside.worker.log.read_text()[-3000:]

    # Results

    def cards(self) -> list[dict[str, Any]]:
        return [card for card in self.outside.workspace.messages() if f"見本{self.number}" in str(card)]

    def mails(self) -> list[str]:
        mails = [json.loads(path.read_text()) for path in self._mailed()]
        return [mail["subject"] for mail in mails if self.email in mail["recipients"]]


def a_world(folder: Path) -> Iterator[World]:
    """Run a world for as long as the generator lives."""
    time = Time()
    with outside(folder, time.now) as found:
        create_table(found.client("dynamodb"))
        s3 = found.client("s3")
        s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
        Playbook(Table("table", found.client("dynamodb")), "bucket", s3).put(a_bundle())
        yield World(found, time)


def _empty(dynamodb: Any) -> None:
    found = dynamodb.scan(TableName="table", ProjectionExpression="pk, sk")["Items"]
    for some in batched(found, 25, strict=False):
        dynamodb.batch_write_item(RequestItems={"table": [{"DeleteRequest": {"Key": key}} for key in some]})
