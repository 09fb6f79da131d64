"""A certificate authority of our own, kept over restarts.

Salesforce's stand-in speaks TLS like the real service, so that production code needs no hook for tests.
"""

from dataclasses import dataclass
from pathlib import Path

import certifi
import trustme

_NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Certificate:
    chain: Path
    """Certificate and private key of the server in one PEM file."""
    authorities: Path
    """Our authority beside the public ones, for REQUESTS_CA_BUNDLE and SSL_CERT_FILE."""
    authority: Path
    """Our authority alone: a small file that is read quickly."""


def certificate(folder: Path) -> Certificate:
    """Return the server's certificate, signed by the kept authority."""
    key, root = folder / "authority.key", folder / "authority.pem"
    if key.exists() and root.exists():
        authority = trustme.CA.from_pem(root.read_bytes(), key.read_bytes())
    else:
        authority = trustme.CA(organization_name="Ripen's local cloud")
        authority.cert_pem.write_to_path(root)
        authority.private_key_pem.write_to_path(key)
        key.chmod(0o600)
    found = Certificate(folder / "server.pem", folder / "authorities.pem", root)
    authority.issue_cert(*_NAMES).private_key_and_cert_chain_pem.write_to_path(found.chain)
    found.chain.chmod(0o600)
    found.authorities.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + root.read_bytes())
    return found
