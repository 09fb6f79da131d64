"""Lift the suppression of an address whose bounce was a mistake, in Ripen and in SES, with a decision that says why.

A complaint and an unsubscription are the person's own word. Nobody lifts them but the person, by a new consent.
"""

from copy import replace
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Change, Delete, Key, Replace, Row, Table, keys
from ripen.decision import Decision, DecisionKind, Outcome
from ripen.failure import Failure
from ripen.ids import digest
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact, Suppression
from ripen.lead.unsubscription import refuses
from ripen.operations.leads.find import find_lead
from ripen.ports import SuppressionList
from ripen.words import Words

_COMPLAINT = "complaint"


@dataclass(frozen=True)
class Unsuppressed:
    """The address that mail may go to again."""

    lead: str
    email: str
    reason: str
    """Why Ripen had suppressed it: "bounce" or "gone"; "" if only SES had."""
    in_ses: bool
    """Whether it was on SES's own list."""

    def plain(self) -> dict[str, Any]:
        """Return what `ripen unsuppress --json` prints: a contract for scripts."""
        return {"lead": self.lead, "email": self.email, "reason": self.reason, "was_on_ses_list": self.in_ses}


def unsuppress(
    email: str, why: str, by: str, table: Table, secrets: Secrets, ses: SuppressionList, now: datetime
) -> Unsuppressed:
    """Lift the suppression. Raise Failure if there is none, or if it is the person's own word.

    SES's list comes first: if the table cannot be written afterwards, the command can be given again.
    """
    if not why.strip():
        raise Failure(
            Words("A reason is needed: it stays in the history.", "理由が必要です。履歴に残ります。"),
            Words('For example: --why "typing error corrected"', '例: --why "アドレスの誤りを訂正した"'),
        )
    lead = find_lead(email, table, secrets)
    return table.retrying(lambda _: _unsuppress(lead, why.strip(), by, table, secrets, ses, now))


def _unsuppress(
    lead: str, why: str, by: str, table: Table, secrets: Secrets, ses: SuppressionList, now: datetime
) -> Unsuppressed:
    profile = table.get(keys.profile(lead))
    address = profile.value.email if profile else ""
    key = keys.suppression(address_hash(secrets.key("address"), address))
    contact, suppression = table.get_many([keys.contact(lead), key])
    listed = ses.reason(address)
    _require_liftable(address, contact, suppression, listed)
    reason = suppression.value.reason if suppression else "bounce" if contact and contact.value.bounced else ""
    if listed:
        ses.remove(address)
    table.write(*_lifted(contact, key, suppression), create_decision(_decision(lead, address, why, by, now)))
    return Unsuppressed(lead, address, reason, bool(listed))


def _require_liftable(
    address: str, contact: Row[Contact] | None, suppression: Row[Suppression] | None, listed: str
) -> None:
    """Raise Failure unless the address is suppressed, and not by the person's own word."""
    about = contact.value if contact else Contact(lead="")
    if about.complained or (suppression and suppression.value.reason == _COMPLAINT) or listed == _COMPLAINT.upper():
        raise _own_word(
            Words(f"{address} reported a mail as spam.", f"{address} はメールを迷惑メールとして報告しました。")
        )
    if refuses(about):
        raise _own_word(Words(f"{address} unsubscribed.", f"{address} は配信を停止しました。"))
    if not (suppression or about.bounced or listed):
        raise Failure(
            Words(f"{address} is not suppressed.", f"{address} は配信禁止ではありません。"),
            Words(
                f"Why the person gets no mail: ripen why {address}",
                f"メールが届かない理由を見るには: ripen why {address}",
            ),
        )


def _own_word(what: Words) -> Failure:
    return Failure(
        what,
        Words(
            "Only a new consent brings mail back: ask the person to fill in a form that asks for it.",
            "配信を再開できるのは、本人の新しい同意だけです。同意を求めるフォームへの記入をお願いしてください。",
        ),
    )


def _lifted(contact: Row[Contact] | None, key: Key[Suppression], suppression: Row[Suppression] | None) -> list[Change]:
    changes: list[Change] = []
    if contact and contact.value.bounced:
        changes.append(Replace(contact.key, replace(contact.value, bounced=None), contact.version))
    if suppression:
        changes.append(Delete(key, suppression.version))
    return changes


def _decision(lead: str, address: str, why: str, by: str, now: datetime) -> Decision:
    return Decision(
        id=digest("unsuppressed", lead, address, now.isoformat()),
        lead=lead,
        at=now,
        what=DecisionKind.SUPPRESSION,
        subject="",
        outcome=Outcome.RELEASED,
        reason=why,
        facts={"by": by},
    )
