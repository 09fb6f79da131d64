"""The secrets that a company would fill in, created at the first start of a local cloud and kept."""

import json
from pathlib import Path
from secrets import token_hex
from typing import Any

from sandbox.salesforce.connected_app import connected_app


def connections(folder: Path, salesforce: Path, salesforce_url: str) -> dict[str, Any]:
    """Return Ripen's connections; see ripen.adapters.secrets."""
    kept = folder / "connections.json"
    if not kept.exists():
        kept.write_text(
            json.dumps(
                {
                    "typeform": token_hex(16),
                    "slack_signing_secret": token_hex(16),
                    "slack_bot_token": f"xoxb-{token_hex(16)}",
                }
            )
        )
        kept.chmod(0o600)
    made: dict[str, Any] = json.loads(kept.read_text())
    return made | {"salesforce": connected_app(salesforce).secret(salesforce_url)}
