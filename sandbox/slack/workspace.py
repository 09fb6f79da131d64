"""The workspace behind the proxy: its members, its configuration, and the start of its binary."""

import json
import subprocess
from pathlib import Path
from typing import Any

from sandbox.child_process import ends_with_parent

CONFIG = "workspace.yaml"
"""File in the stand-in's folder; the proxy reads the bot token from it."""
SALES = "C0SALES"
_PRELOADED = [str(Path(__file__).with_name(name)) for name in ("loopback.js", "request_guard.js", "memory.js")]
_PEOPLE = (
    ("U0ALICE", "alice", "Alice Sato"),
    ("U0BOB", "bob", "Bob Tanaka"),
    ("U0CAROL", "carol", "Carol Ito"),
    ("U0DAN", "dan", "Dan Mori (guest)"),
    ("U0EVE", "eve", "Eve Kato (partner company)"),
    ("U0FAY", "fay", "Fay Ueda (unknown company)"),
    ("U0GUS", "gus", "Gus Oda (not in sales)"),
    ("U0HAL", "hal", "Hal Endo (deactivated)"),
)
_NOT_IN_SALES = ("U0GUS", "U0HAL")
TRAITS: dict[str, dict[str, Any]] = {
    "U0DAN": {"is_restricted": True, "is_ultra_restricted": True},
    "U0EVE": {"team_id": "T0PARTNER"},
    "U0HAL": {"deleted": True},
    "U0FAY": {"team_id": "T0OTHER", "is_stranger": True, "enterprise_user": {"enterprise_id": "E0OTHER"}},
}
"""What users.info says of people who are no full members. Of another company it shows no address."""


def config(signing_secret: str, token: str, api_url: str) -> str:
    """Return the workspace's configuration for local-slack (JSON, which is YAML).

    It holds channels, members of sales and others, and our app, whose buttons and commands are posted, signed, to
    `<api_url>/slack`.
    """
    people = [
        {"id": id, "name": name, "real_name": real_name, "email": f"{name}@ripen.example", "tz": "Asia/Tokyo"}
        for id, name, real_name in _PEOPLE
    ]
    everybody = ["U0RIPEN", *(id for id, _, _ in _PEOPLE)]
    members = [id for id in everybody if id not in _NOT_IN_SALES]
    workspace = {
        "workspace": {"name": "Ripen", "domain": "ripen", "teamId": "T0RIPEN"},
        "app": {
            "appId": "A0RIPEN",
            "botUserId": "U0RIPEN",
            "botName": "Ripen",
            "botToken": token,
            "signingSecret": signing_secret,
            "mode": "events",
            "requestUrl": f"{api_url}/slack",
        },
        "users": people,
        "channels": [
            {"id": SALES, "name": "sales", "topic": "Leads that are ready for a call", "members": members},
            {"id": "C0GENERAL", "name": "general", "members": everybody},
        ],
    }
    return json.dumps(workspace, indent=2)


def start(binary: Path, folder: Path, port: int, text: str, log: Path) -> subprocess.Popen[bytes]:
    """Start the workspace on 127.0.0.1:`port` with the configuration `text`; it keeps its files under `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(text)
    (folder / "bunfig.toml").write_text(f"preload = {json.dumps(_PRELOADED)}\n")
    command = [str(binary), "--config", str(folder / CONFIG), "--port", str(port), "--base-host", "127.0.0.1"]
    with log.open("ab") as output:
        return subprocess.Popen(
            ends_with_parent(*command, "--files-dir", str(folder / "files")),
            cwd=folder,
            stdout=output,
            stderr=output,
        )
