"""The app that a company creates for Ripen in Setup: client id, secret, certificate, and the user that it acts as."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

USERNAME = "ripen@acme.example"


@dataclass(frozen=True)
class ConnectedApp:
    client_id: str
    client_secret: str
    username: str
    private_key: str

    def secret(self, base_url: str) -> dict[str, str]:
        """Return the "salesforce" part of Ripen's secret for client credentials."""
        return {"login": base_url, "client_id": self.client_id, "client_secret": self.client_secret}

    def secret_by_key(self, base_url: str) -> dict[str, str]:
        """Return the "salesforce" part of Ripen's secret for JWT bearer."""
        return {
            "login": base_url,
            "client_id": self.client_id,
            "username": self.username,
            "private_key": self.private_key,
        }


def connected_app(folder: Path) -> ConnectedApp:
    """Return the app of the org in this folder, created at the first call and kept."""
    path = folder / "connected_app.json"
    if path.exists():
        return ConnectedApp(**json.loads(path.read_text()))
    folder.mkdir(parents=True, exist_ok=True)
    key = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    app = ConnectedApp(f"3MVG9{token_hex(40)}", token_hex(32).upper(), USERNAME, key)
    path.write_text(json.dumps(asdict(app)))
    return app
