"""The rule that halts a campaign: too many of its mails bounced, were reported as spam, or led to an unsubscription.

The rates are in the campaign's file; their defaults are in ripen_authoring.models.mailings.
"""

from collections.abc import Mapping

from msgspec import Struct

from ripen.playbook.bundle import Campaign

_ENOUGH = {"bounced": (50, 3), "unsubscribed": (50, 3), "complained": (200, 2)}
"""The least number of mails, and of cases, for which a rate is meaningful."""
_ENOUGH_AMONG_CANARIES = (1, 2)
"""The same once all canaries are sent, however few they were."""


class Halt(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Why a campaign halted. `what` is "bounced", "complained" or "unsubscribed"."""

    campaign: str
    what: str
    count: int
    taken: int
    limit: float
    by: str = ""
    """The person who scheduled it."""

    @property
    def reason(self) -> str:
        return f"{self.count} of {self.taken} mails {self.what}: more than {self.limit:.1%}"


def exceeded_limit(campaign: Campaign, counts: Mapping[str, int], canaries_are_out: bool = False) -> Halt | None:
    """Return the first rate that is over its limit; None if none is."""
    taken = counts.get("accepted", 0)
    limits = {
        "bounced": campaign.halt_bounces,
        "complained": campaign.halt_complaints,
        "unsubscribed": campaign.halt_unsubscribes,
    }
    for what, limit in limits.items():
        mails, cases = _ENOUGH_AMONG_CANARIES if canaries_are_out else _ENOUGH[what]
        count = counts.get(what, 0)
        if taken >= mails and count >= cases and count > limit * taken:
            return Halt(campaign=campaign.name, what=what, count=count, taken=taken, limit=limit)
    return None
