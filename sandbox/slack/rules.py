"""What the workspace of the stand-in forbids: POST /_control/rules sets it, DELETE forgets it.

Source: docs.slack.dev, the errors on the page of each method; "Developing for Enterprise orgs" (team_id).
"""

from typing import Any

from pydantic import BaseModel

from sandbox.slack.scopes import granted, missing_scope

Answer = dict[str, Any]
_POSTS = ("chat.postMessage", "chat.postEphemeral")
_READS = ("conversations.history", "conversations.replies")
_OF_A_CHANNEL = (*_POSTS, *_READS, "chat.update", "conversations.info", "conversations.members")
_NEED_A_TEAM = ("conversations.list", "users.conversations", "users.list")


class Rules(BaseModel, extra="forbid", frozen=True):
    """All channels are given by id."""

    scopes: frozenset[str] | None = None
    """The scopes of the token; None: those of the manifest."""
    absent: frozenset[str] = frozenset()
    """Channels that the app is not in."""
    private: frozenset[str] = frozenset()
    archived: frozenset[str] = frozenset()
    restricted: frozenset[str] = frozenset()
    """Channels in which only some people may post."""
    shared: frozenset[str] = frozenset()
    """Channels that another company is in, too."""
    organisation: bool = False
    """Whether the token belongs to an app that is installed in a whole Enterprise organisation."""
    refused: str = ""
    """An error for every call, such as ekm_access_denied."""
    response_url_seconds: float = 1800
    response_url_uses: int = 5

    def held_scopes(self) -> frozenset[str]:
        return granted() if self.scopes is None else self.scopes

    def refusal(self, method: str, asked: Answer, channels: dict[str, str]) -> Answer | None:
        """Return Slack's error for a call, None if it is allowed. `channels` are the ids by name."""
        if error := missing_scope(method, self.held_scopes(), str(asked.get("channel") or "")):
            return error
        if self.refused:
            return _no(self.refused)
        if self.organisation and method in _NEED_A_TEAM and not asked.get("team_id"):
            return _no("missing_argument")
        if method not in _OF_A_CHANNEL:
            return None
        name = str(asked.get("channel") or "")
        id = channels.get(name.removeprefix("#"), name) if method in _POSTS else name
        wrong = self._of_channel(method, id, channels)
        return _no(wrong) if wrong else None

    def _of_channel(self, method: str, id: str, channels: dict[str, str]) -> str:
        if id not in channels.values() or (id in self.absent and id in self.private):
            return "channel_not_found"
        if id in self.archived and method.startswith("chat."):
            return "is_archived"
        if id in self.absent and (method in (*_READS, "chat.update") or not self._may_post_anywhere(method)):
            return "not_in_channel"
        if id in self.restricted and method in _POSTS:
            return "restricted_action_read_only_channel"
        return ""

    def _may_post_anywhere(self, method: str) -> bool:
        return method not in _POSTS or "chat:write.public" in self.held_scopes()

    def shown(self, channel: Answer) -> Answer:
        """Return a channel as Slack shows it to the app."""
        id = channel["id"]
        return channel | {
            "is_member": id not in self.absent,
            "is_private": id in self.private,
            "is_archived": id in self.archived,
            "is_read_only": id in self.restricted,
            "is_ext_shared": id in self.shared,
        }

    def installed(self, answer: Answer) -> Answer:
        """Return the answer of auth.test."""
        if not self.organisation:
            return answer
        return answer | {"team_id": "E0RIPEN", "enterprise_id": "E0RIPEN", "is_enterprise_install": True}


def _no(error: str) -> Answer:
    return {"ok": False, "error": error}
