"""The ports: what the functions need from outside systems, each as narrow as its use.

The adapters implement them; so do the fakes in tests/support/fakes.py.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from ripen.agenda import Ref
from ripen.lead.lead import CrmLink

if TYPE_CHECKING:
    from ripen.crm.api_usage import ApiUsage
    from ripen.crm.incoming.membership import Member
    from ripen.crm.incoming.opportunity import Company, Opportunity
    from ripen.crm.incoming.opt_out import PersonRecord
    from ripen.crm.incoming.polling import Position
    from ripen.crm.ownership import Handover, Held, OwnerChange, Ownership
    from ripen.crm.upsert import CrmState, DesiredRecord, Write, WriteResult
    from ripen.crm.users import CrmUser
    from ripen.journey.crm_request import CrmRequest
    from ripen.mail.content.message import OutgoingMail  # loads Liquid, which most functions do not need
    from ripen.slack.access import Installation, Person


class Clock(Protocol):
    """The application clock."""

    def now(self) -> datetime:
        """Return the current time in aware UTC."""


class Wake(Protocol):
    """Wakes the workers of rows."""

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        """Wake the worker of each row after `delay` seconds."""


class Post(Protocol):
    """A queue whose messages carry their content."""

    def post(self, message: str) -> None:
        """Queue one message for a worker; raise if that fails, because its content is stored nowhere else."""


class Mailer(Protocol):
    """The mail provider."""

    def send(self, mail: "OutgoingMail") -> str:
        """Send one mail in exactly one attempt and return the provider's message id.

        Raises Undeliverable (not accepted) or Unsure (may have been accepted).
        """


class SuppressionList(Protocol):
    """The mail provider's own list of addresses that it refuses."""

    def reason(self, address: str) -> str:
        """Return why the address is on the list, "BOUNCE" or "COMPLAINT"; "" if it is not."""

    def remove(self, address: str) -> None:
        """Take the address off the list."""


class Chat(Protocol):
    """The chat where sales is alerted (Slack)."""

    def post(self, channel: str, card: dict[str, Any], alert: str, thread: str = "") -> tuple[str, str]:
        """Post a card whose metadata names the alert, in a thread if one is named; return (channel id, ts).

        Raises Undeliverable or Unsure.
        """

    def find(self, channel: str, alert: str, thread: str = "") -> tuple[str, str] | None:
        """Return (channel id, ts) of the card already posted for this alert, by its metadata. Raises Undeliverable."""

    def direct(self, user: str) -> str:
        """Return the id of the channel of direct messages to this user. Raises Undeliverable."""

    def update(self, channel: str, ts: str, card: dict[str, Any], alert: str) -> None:
        """Replace the card. Raises Undeliverable."""

    def reply(self, channel: str, ts: str, text: str, press: str) -> None:
        """Post a text in the thread of a card; its metadata names the press. Raises Undeliverable or Unsure."""

    def has_reply(self, channel: str, ts: str, press: str) -> bool:
        """Return whether the thread of a card already has the reply about this press. Raises Undeliverable."""

    def installation(self) -> "Installation":
        """Return where our app is installed. Raises Undeliverable."""

    def person(self, user: str) -> "Person":
        """Return a Slack user by id. Raises Undeliverable, permanent if there is no such user."""

    def user_with_email(self, email: str) -> str:
        """Return the id of the full member with this address, "" if there is none. Raises Undeliverable."""

    def is_member(self, channel: str, user: str) -> bool:
        """Return whether the user is in the channel. Raises Undeliverable."""

    def owns(self, response_url: str) -> bool:
        """Return whether the address is one at which Slack takes answers."""

    def respond(self, response_url: str, text: str) -> None:
        """Answer only the person who pressed the button. Raises Undeliverable, permanent for a foreign URL."""


class Webhooks(Protocol):
    """Calls of a journey's webhook steps."""

    def post(self, url: str, body: bytes, id: str, timeout: float) -> dict[str, Any]:
        """Make one signed call and return the JSON object of the answer. Raises Undeliverable."""


class CrmRequests(Protocol):
    """The CRM as nurture.crm needs it, for a journey's crm steps."""

    def carry_out(self, link: CrmLink, crm_request: "CrmRequest", due: date, owner: "CrmUser | None") -> CrmLink:
        """Do each part that is not done yet: the Task (due on that day), the campaign membership, that owner.

        Returns the link with its present owner. Raises Undeliverable if a part was refused.
        """


class CrmRecords(Protocol):
    """The CRM as score.sync needs it, for up to 200 leads a call. Raises Undeliverable if the whole call failed."""

    @property
    def usage(self) -> "ApiUsage | None":
        """The day's API usage, as of the last answer."""

    def find(self, leads: "Sequence[DesiredRecord]") -> "CrmState":
        """Return the records that may match these leads, and the Tasks that already exist for them."""

    def write(self, writes: "Sequence[Write]") -> "list[WriteResult]":
        """Create or update each record and return the results in the same order.

        A repeated call is harmless, except for Tasks: find those first.
        """


class CrmMembers(Protocol):
    """Campaign members in the CRM."""

    def changed(
        self, campaigns: Collection[str], since: datetime, after: "Position | None"
    ) -> "Iterator[list[Member]]":
        """Yield pages of these campaigns' members that changed since then or a little earlier, oldest change first.

        It starts after this position. The campaigns are names or ids. Raises Undeliverable.
        """

    def by_id(self, campaigns: Collection[str], ids: Sequence[str]) -> "list[Member]":
        """Return those of up to 200 members that are in these campaigns, as they are now. Raises Undeliverable."""


class CrmPeople(Protocol):
    """Opt-outs in the CRM."""

    def changed(self, object: str, since: datetime, after: "Position | None") -> "Iterator[list[PersonRecord]]":
        """Yield pages of our leads' records that others changed since then or a bit earlier, oldest change first.

        It starts after this position. `object` is "Lead" or "Contact". Raises Undeliverable.
        """

    def by_id(self, object: str, ids: Sequence[str]) -> "list[PersonRecord]":
        """Return up to 200 records, as `changed` yields them, as they are now. Raises Undeliverable."""


class CrmOpportunities(Protocol):
    """Opportunities in the CRM. Every method raises Undeliverable."""

    def changed(self, since: datetime | None, after: "Position | None") -> "Iterator[list[Opportunity]]":
        """Yield pages of opportunities, oldest change first, starting after this position.

        With `since` None these are all open opportunities; otherwise all that changed since then or a little earlier,
        deleted ones included.
        """

    def by_id(self, ids: Sequence[str]) -> "list[Opportunity]":
        """Return up to 200 opportunities as they are now, deleted ones included."""

    def contacts(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the contacts with a role in up to 200 opportunities, by opportunity."""

    def open(self, accounts: Sequence[str]) -> "list[Company]":
        """Return those of up to 100 accounts that have an open opportunity."""


class CrmOwners(Protocol):
    """The CRM as notify.act needs it. Every method raises Undeliverable; permanent if a retry cannot help."""

    def find(self, link: CrmLink, user: "CrmUser | None", task: str) -> "Ownership":
        """Return who owns the lead's record, that user, and whether the Task with that key exists."""

    def find_held(self, link: CrmLink, handover: "Handover") -> "Held":
        """Return who owns the record now, and what of the handover can be undone."""

    def change(self, change: "OwnerChange") -> CrmLink:
        """Make all writes of the change, or none; return the link with its owner."""
