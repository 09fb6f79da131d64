"""The scopes of our app: those of its manifest, and those that each method of the Web API needs.

Source: docs.slack.dev, the page of each method.
"""

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_MANIFEST = Path(__file__).resolve().parents[2] / "infra/slack/manifest.yaml"
NEEDED = {
    "auth.test": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history"},
    "users.conversations": {"channels:read", "groups:read"},
    "users.info": {"users:read", "users:read.email"},
    "users.lookupByEmail": {"users:read.email"},
}
"""For public and private channels. Without users:read.email, users.info answers without the address."""
_READS = ("conversations.history", "conversations.replies")


@cache
def granted() -> frozenset[str]:
    """Return the scopes of the manifest."""
    return frozenset(YAML(typ="safe").load(_MANIFEST)["oauth_config"]["scopes"]["bot"])


def missing_scope(method: str, held: frozenset[str], channel: str = "") -> dict[str, Any] | None:
    """Return Slack's error for a method that the app may not call with these scopes, None if it may.

    Direct messages (channels whose ids begin with D) are read with a scope of their own.
    """
    needed = {"im:history"} if method in _READS and channel.startswith("D") else NEEDED.get(method, set())
    if missing := needed - held:
        provided = ",".join(sorted(held))
        return {"ok": False, "error": "missing_scope", "needed": sorted(missing)[0], "provided": provided}
    return None
