"""What the functions want from the outside, each as narrow as its use. The adapters fulfil them; so do the fakes in
tests/support/fakes.py."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from ripen.agenda import Ref
from ripen.lead.lead import CrmLink

if TYPE_CHECKING:
    from ripen.crm.api_usage import ApiUsage
    from ripen.crm.membership import Member
    from ripen.crm.opportunity import Company, Opportunity, Place
    from ripen.crm.upsert import Found, Wanted, Write, Written
    from ripen.journey.crm_request import CrmRequest
    from ripen.mail.message import OutgoingMail  # brings Liquid, which most functions do without


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC, by the application clock."""


class Wake(Protocol):
    def wake(self, *refs: Ref, delay: int = 0) -> None:
        """Ring for these rows, after `delay` seconds."""


class Post(Protocol):
    def post(self, message: str) -> None:
        """Keep one message for a worker; what it says is nowhere else, so a failure is raised."""


class Mailer(Protocol):
    def send(self, mail: "OutgoingMail") -> str:
        """Hand one mail to the provider, in exactly one attempt; returns its message id.

        Raises Undeliverable (not accepted) or Unsure (may have been accepted).
        """


class Chat(Protocol):
    def post(self, channel: str, card: dict[str, Any], alert: str) -> tuple[str, str]:
        """Post a card whose metadata names the alert; returns (channel id, ts). Raises Undeliverable or Unsure."""

    def find(self, channel: str, alert: str) -> tuple[str, str] | None:
        """The card already posted for this alert, by its metadata. Raises Undeliverable."""

    def update(self, channel: str, ts: str, card: dict[str, Any], alert: str) -> None:
        """Show the card anew in its place. Raises Undeliverable."""

    def email_of(self, user: str) -> str:
        """The address of a Slack user, "" where Slack does not tell. Raises Undeliverable."""

    def respond(self, response_url: str, text: str) -> None:
        """Tell only the person who pressed. Raises Undeliverable."""


class Webhooks(Protocol):
    def post(self, url: str, body: bytes, id: str, timeout: float) -> dict[str, Any]:
        """Call it once, signed; the JSON object it answered. Raises Undeliverable."""


class CrmRequests(Protocol):
    def carry_out(self, link: CrmLink, crm_request: "CrmRequest", due: date) -> CrmLink:
        """Do all of it that is not done yet, each part for itself: a Task due on that day, the membership, the owner.

        Returns the link with the owner as it is then. Raises Undeliverable for what was refused.
        """


class CrmRecords(Protocol):
    """What score.sync asks of the CRM, for up to 200 leads a call. Raises Undeliverable where a call failed whole."""

    @property
    def usage(self) -> "ApiUsage | None":
        """Of the day's calls, as the last answer said."""

    def find(self, leads: "Sequence[Wanted]") -> "Found":
        """The records that may stand for these leads, and the Tasks already made for them."""

    def write(self, writes: "Sequence[Write]") -> "list[Written]":
        """Make or change the records, each for itself; what became of each, in the same order. Repeating is harmless,
        but for Tasks, which are to be found first."""


class CrmMembers(Protocol):
    def changed(self, campaigns: Collection[str], since: datetime) -> "Iterator[list[Member]]":
        """Members of these campaigns (by name or id) that are there and changed since then or a little before, page by
        page, oldest change first. Raises Undeliverable."""


class CrmOpportunities(Protocol):
    """Raises Undeliverable."""

    def changed(self, since: datetime | None, after: "Place | None") -> "Iterator[list[Opportunity]]":
        """All open ones where `since` is None; else what changed since then or a little before, deleted ones too. Page
        by page, oldest change first, from behind a place on that an earlier look has reached."""

    def open(self, accounts: Sequence[str]) -> "list[Company]":
        """Those of up to 100 accounts that have an open one."""


class CrmOwners(Protocol):
    """What notify.act asks of the CRM."""

    def accept(self, link: CrmLink, owner_email: str, task_key: str, subject: str, description: str) -> CrmLink:
        """Make the user with that address the record's owner, and make one Task for them, found again by `task_key`.

        Returns the link with its new owner. Raises Undeliverable(permanent=True) where no active user has that
        address, Undeliverable(permanent=False) where trying later may help.
        """
