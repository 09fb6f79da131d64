"""The suppression list of the SES account, which refuses mail to its addresses whatever Ripen thinks of them.

Source: Amazon SES API v2 Reference, "GetSuppressedDestination" and "DeleteSuppressedDestination".
"""

from contextlib import suppress
from typing import Any

from ripen.adapters import aws


class SuppressionList:
    """Implements ports.SuppressionList. The client is created at the first call."""

    def __init__(self, client: Any = None) -> None:
        self._client = client

    def reason(self, address: str) -> str:
        """Return why the address is on the list, "BOUNCE" or "COMPLAINT"; "" if it is not."""
        client = self._connected()
        try:
            found = client.get_suppressed_destination(EmailAddress=address)
        except client.exceptions.NotFoundException:
            return ""
        return str(found["SuppressedDestination"]["Reason"])

    def remove(self, address: str) -> None:
        """Take the address off the list."""
        client = self._connected()
        with suppress(client.exceptions.NotFoundException):
            client.delete_suppressed_destination(EmailAddress=address)

    def _connected(self) -> Any:
        self._client = self._client or aws.client("sesv2")
        return self._client
