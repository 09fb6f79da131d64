"""The signed addresses in a mail: its links, the unsubscribe page, and the address for replies."""

from msgspec import Struct

from ripen.tracking.click_signals import HIDDEN_LINK
from ripen.tracking.link_token import Link, Purpose, sign_token


class MailLinks(Struct, frozen=True):
    """Signs the addresses. `key` is Secrets.key("link"); `reply_domain` is where SES receives replies for us, or ""."""

    site: str
    key: bytes
    reply_domain: str = ""

    def click(self, send: str, number: int) -> str:
        """Return the address that counts a click in the link with this number."""
        return f"{self.site}/c/{sign_token(self.key, Purpose.CLICK, Link(send, number))}"

    def hidden(self, send: str) -> str:
        """Return the address of the link that only a machine follows."""
        return self.click(send, HIDDEN_LINK)

    def unsubscribe(self, send: str) -> str:
        return f"{self.site}/unsubscribe/{sign_token(self.key, Purpose.UNSUBSCRIBE, Link(send))}"

    def reply_to(self, send: str) -> str:
        """Return the mail's own address for replies, "" if SES receives none."""
        return (
            f"reply+{sign_token(self.key, Purpose.REPLY, Link(send))}@{self.reply_domain}" if self.reply_domain else ""
        )
