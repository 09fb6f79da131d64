"""A Slack and the owners in Salesforce, in memory; both fail as a test says."""

from copy import replace
from dataclasses import dataclass, field
from typing import Any

from ripen.crm.ownership import Handover, Held, Owner, OwnerChange, Ownership
from ripen.crm.upsert import Task
from ripen.crm.users import CrmUser
from ripen.errors import Undeliverable, Unsure
from ripen.lead.lead import CrmLink
from ripen.slack.access import Installation, Person

TEAM = "T0RIPEN"
DOWN = Undeliverable("503", permanent=False)


@dataclass
class FakeChat:
    """Slack. Each of the next calls raises one of `trouble` (None: it works); with `stands`, an Unsure post exists."""

    cards: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    posts: int = 0
    updates: int = 0
    looks: int = 0
    trouble: list[Undeliverable | Unsure | None] = field(default_factory=list)
    stands: bool = True
    addresses: dict[str, str] = field(default_factory=lambda: {"U0ALICE": "alice@ripen.example"})
    people: dict[str, Person] = field(default_factory=dict)
    """Everybody else is a member of the workspace."""
    unknown_installation: bool = False
    members: set[tuple[str, str]] = field(default_factory=set)
    """Channels and who is in them."""
    responses: list[str] = field(default_factory=list)
    response_trouble: Undeliverable | None = None
    replies: list[tuple[str, str]] = field(default_factory=list)
    """Replies in threads: the press and the text."""
    said: list[tuple[str, str]] = field(default_factory=list)
    """Texts of direct messages, by their channel, and of messages in threads, by the thread."""
    places: list[str] = field(default_factory=list)
    """The channels of posts and searches, in order."""

    def post(self, channel: str, card: dict[str, Any], alert: str, thread: str = "") -> tuple[str, str]:
        self.posts += 1
        self.places.append(channel)
        trouble = self.trouble.pop(0) if self.trouble else None
        if trouble is None or (isinstance(trouble, Unsure) and self.stands):
            self.cards[str(self.posts)] = (alert, card)
        if trouble:
            raise trouble
        if thread or channel.startswith("D"):
            self.said.append((thread or channel, str(card["text"])))
        return channel if channel.startswith("D") else "C0SALES", str(self.posts)

    def direct(self, user: str) -> str:
        self._stumble()
        return f"D{user[1:]}"

    def find(self, channel: str, alert: str, thread: str = "") -> tuple[str, str] | None:
        self.looks += 1
        self.places.append(channel)
        self._stumble()
        found = [ts for ts, (known, _) in self.cards.items() if known == alert]
        return ("C0SALES", found[0]) if found else None

    def update(self, channel: str, ts: str, card: dict[str, Any], alert: str) -> None:
        self.updates += 1
        self._stumble()
        self.cards[ts] = (alert, card)

    def reply(self, channel: str, ts: str, text: str, press: str) -> None:
        trouble = self.trouble.pop(0) if self.trouble else None
        if trouble is None or (isinstance(trouble, Unsure) and self.stands):
            self.replies.append((press, text))
        if trouble:
            raise trouble

    def has_reply(self, channel: str, ts: str, press: str) -> bool:
        self._stumble()
        return any(known == press for known, _ in self.replies)

    def installation(self) -> Installation:
        if self.unknown_installation:
            raise DOWN
        return Installation(team=TEAM)

    def person(self, user: str) -> Person:
        self._stumble()
        known = self.people.get(user, Person(id=user, team=TEAM))
        return replace(known, email=self.addresses.get(user, ""))

    def user_with_email(self, email: str) -> str:
        self._stumble()
        return next((user for user, address in self.addresses.items() if address == email), "")

    def is_member(self, channel: str, user: str) -> bool:
        return (channel, user) in self.members

    def owns(self, response_url: str) -> bool:
        return response_url.startswith("https://hooks.slack.com/")

    def respond(self, response_url: str, text: str) -> None:
        if self.response_trouble:
            raise self.response_trouble
        self.responses.append(text)

    def _stumble(self) -> None:
        if self.trouble and (trouble := self.trouble.pop(0)):
            raise trouble


QUEUE = Owner(id="00G1", name="Inbound")
ALICE = Owner(id="005A", name="Alice Sato", email="alice@ripen.example")
BOB = Owner(id="005B", name="Bob Tanaka", email="bob@ripen.example")
RIPEN = "005R"


@dataclass
class FakeOwners:
    """Salesforce with one record, in a queue, and one active user, Alice. It keeps the Tasks by their key."""

    record: Owner = QUEUE
    tasks: dict[str, tuple[str, Task]] = field(default_factory=dict)
    """Owner and Task."""
    closed: list[str] = field(default_factory=list)
    """Keys of Tasks."""
    trouble: list[Undeliverable] = field(default_factory=list)
    """Of the next changes."""
    answer_is_lost: bool = False
    """Whether a change with trouble is made nevertheless."""
    contact: str = ""
    """Id of the Contact that sales has made of the Lead, if any."""
    users: tuple[Owner, ...] = (ALICE,)

    def find(self, link: CrmLink, user: CrmUser | None, task: str) -> Ownership:
        keys = {user.email, user.id} - {""} if user else set()
        return Ownership(
            object="Contact" if self.contact else link.object,
            id=self.contact or link.id,
            owner=self.record,
            user=next((each for each in self.users if keys & {each.email, each.id}), None),
            ripen=RIPEN,
            has_task=task in self.tasks,
        )

    def find_held(self, link: CrmLink, handover: Handover) -> Held:
        return Held(
            object="Contact" if self.contact else link.object,
            id=self.contact or link.id,
            owner=self.record,
            former=Owner(handover.former, handover.former_name) if handover.former else None,
            ripen=Owner(RIPEN, "Ripen"),
            task="" if handover.task in self.closed else handover.task,
        )

    def change(self, change: OwnerChange) -> CrmLink:
        trouble = self.trouble.pop(0) if self.trouble else None
        if trouble and not self.answer_is_lost:
            raise trouble
        if change.closes:
            self.closed.append(change.closes)
        self.record = change.owner
        if change.task:
            self.tasks[change.task.key] = (change.task_owner, change.task)
        if trouble:
            raise trouble
        owner = change.owner
        url = f"https://acme.example/{change.id}"
        return CrmLink(
            object=change.object,
            id=change.id,
            url=url,
            owner=owner.id,
            owner_name=owner.name,
            owner_email=owner.email,
        )
