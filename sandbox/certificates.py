"""A certificate authority of our own, kept over restarts: Salesforce's stand-in speaks TLS as the real one does, so that
production code needs no test hook."""

from dataclasses import dataclass
from pathlib import Path

import certifi
import trustme

_NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Certificate:
    chain: Path
    """Certificate and private key of the server, one PEM file."""
    authorities: Path
    """Ours beside the public ones: for REQUESTS_CA_BUNDLE and SSL_CERT_FILE."""
    authority: Path
    """Ours alone, which is read in no time."""


def certificate(folder: Path) -> Certificate:
    """The server's certificate, signed by the kept authority."""
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
