"""What a company makes in Setup for Ripen: an app with its client id, secret and certificate, and the user it acts as."""

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
        """What goes into Ripen's secret under "salesforce", by client credentials."""
        return {"login": base_url, "client_id": self.client_id, "client_secret": self.client_secret}

    def secret_by_key(self, base_url: str) -> dict[str, str]:
        """The same by JWT bearer."""
        return {
            "login": base_url,
            "client_id": self.client_id,
            "username": self.username,
            "private_key": self.private_key,
        }


def connected_app(folder: Path) -> ConnectedApp:
    """The app of the org in this folder, made at the first call and the same ever after."""
    path = folder / "connected_app.json"
    if path.exists():
        return ConnectedApp(**json.loads(path.read_text()))
    folder.mkdir(parents=True, exist_ok=True)
    key = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    app = ConnectedApp(f"3MVG9{token_hex(40)}", token_hex(32).upper(), USERNAME, key)
    path.write_text(json.dumps(asdict(app)))
    return app
