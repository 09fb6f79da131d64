"""The signed addresses in a mail: its links, the pages to unsubscribe and to confirm, and the address for replies."""

from msgspec import Struct

from ripen.key_ring import KeyRing
from ripen.mail.ledger import Send
from ripen.tracking.click_signals import HIDDEN_LINK
from ripen.tracking.link_token import Link, Purpose, sign_token


class MailLinks(Struct, frozen=True):
    """Signs the addresses. `reply_domain` is where SES receives replies for us, or ""."""

    site: str
    keys: KeyRing
    reply_domain: str = ""

    def click(self, send: Send, number: int) -> str:
        """Return the address that counts a click in the link with this number."""
        return f"{self.site}/c/{self._token(Purpose.CLICK, send, number)}"

    def hidden(self, send: Send) -> str:
        """Return the address of the link that only a machine follows."""
        return self.click(send, HIDDEN_LINK)

    def unsubscribe(self, send: Send) -> str:
        return f"{self.site}/unsubscribe/{self._token(Purpose.UNSUBSCRIBE, send)}"

    def confirm(self, send: Send) -> str:
        return f"{self.site}/confirm/{self._token(Purpose.CONFIRM, send)}"

    def reply_to(self, send: Send) -> str:
        """Return the mail's own address for replies, "" if SES receives none."""
        return f"reply+{self._token(Purpose.REPLY, send)}@{self.reply_domain}" if self.reply_domain else ""

    def _token(self, purpose: Purpose, send: Send, number: int = 0) -> str:
        return sign_token(self.keys, purpose, Link(send.lead, send.id, number))
