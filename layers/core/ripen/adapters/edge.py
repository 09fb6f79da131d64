"""CloudFront in front of the API: the address of the visitor, in whose place the API sees CloudFront.

CloudFront writes the visitor's address into one header and a secret into another, over whatever the visitor sent.
Anybody can call the API directly with such a header: without the secret it is not believed.
Source: AWS, CloudFront Developer Guide, "Add custom headers to origin requests", "Add a True-Client-IP HTTP header".
"""

import hmac
from copy import replace
from ipaddress import ip_address
from typing import Any

from ripen.adapters.gateway import Request
from ripen.adapters.secrets import Secrets

ADDRESS_HEADER = "ripen-viewer"
KEY_HEADER = "ripen-edge"


class Edge:
    """What CloudFront says about a request. `secret` is the id of the key's secret, "" where there is no CloudFront."""

    def __init__(self, secret: str = "", client: Any = None) -> None:
        self._secrets = Secrets(secret, client) if secret else None

    def with_visitor(self, request: Request) -> Request:
        """Return the request with the address of its visitor, if CloudFront passed it on; otherwise as it is."""
        shown, address = request.headers.get(KEY_HEADER, ""), request.headers.get(ADDRESS_HEADER, "")
        if not self._secrets or not shown or not _is_ip(address):
            return request
        key = str(self._secrets.all().get("key", ""))
        if not key or not hmac.compare_digest(shown.encode(errors="replace"), key.encode()):
            return request
        return replace(request, address=address)


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
