"""The brake on forms: how many posts of one network, domain and inbox are taken in an hour; the others are quarantined.

A post with a valid nonce (form_nonce.py) has the whole budget. Any other has a tenth of it, and a signed request none.
"""

from datetime import datetime, timedelta
from ipaddress import ip_address

from msgspec import Struct

from ripen.lead.mail_domain import company_domain
from ripen.mail.limits.request_cap import inbox
from ripen.tracking.click_signals import network_hash
from ripen.tracking.recent_counts import RecentCounts

PER_HOUR = {"network": 60, "domain": 200, "inbox": 50}
"""Of posts with a nonce. The domain is that of a company's address; free-mail domains have no budget."""
_UNSHOWN = 10
"""A post without a valid nonce takes as much of the budget as ten with one."""
_HOUR = timedelta(hours=1)


class Post(Struct, frozen=True, kw_only=True):
    """A post: its sender's IP address, the normalised e-mail address that was typed, and what repetitions share."""

    ip: str
    email: str
    key: str


class FormBudget:
    """The budget of one hour, as far as one container has counted: n containers let n times as much pass."""

    def __init__(self) -> None:
        self._counts = {name: RecentCounts(_HOUR, most) for name, most in PER_HOUR.items()}
        self._posts = RecentCounts(_HOUR, most=1)

    def exceeded(self, post: Post, shown: bool, network_key: bytes, now: datetime) -> str:
        """Count a post, and return the name of the first budget that it exceeds; "" if it is within all.

        A repetition costs nothing: it is recognised where it is stored.
        """
        cost = 1 if shown else _UNSHOWN
        keys = _keys(post, network_key)
        over = next((name for name, key in keys.items() if self._counts[name].left(key, now) < cost), "")
        if not over and self._posts.take(post.key, now):
            for name, key in keys.items():
                self._counts[name].take(key, now, cost)
        return "" if self._posts.left(post.key, now) == 0 else over


def _keys(post: Post, network_key: bytes) -> dict[str, str]:
    """Return what each budget counts by. Posts of this machine, in the local cloud, share no network and no domain."""
    keys = {"inbox": inbox(post.email)}
    if _is_loopback(post.ip):
        return keys
    if domain := company_domain(post.email):
        keys = {"domain": domain} | keys
    network = network_hash(post.ip, network_key)
    return ({"network": network} if network else {}) | keys


def _is_loopback(ip: str) -> bool:
    try:
        return ip_address(ip).is_loopback
    except ValueError:
        return True
