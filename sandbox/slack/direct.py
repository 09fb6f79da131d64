"""Direct messages: the channels that the app has opened, by the person who gets them."""

import json
from pathlib import Path
from typing import Any

from sandbox.slack.workspace import TRAITS

Answer = dict[str, Any]


class DirectMessages:
    def __init__(self) -> None:
        self._opened: dict[str, str] = {}

    def opened(self, method: str, asked: Answer, answer: Answer) -> Answer:
        """Keep the channel that a call has opened; Slack opens none to a deactivated user."""
        if method != "conversations.open" or not answer.get("ok"):
            return answer
        user = str(asked.get("users"))
        if TRAITS.get(user, {}).get("deleted"):
            return {"ok": False, "error": "user_disabled"}
        self._opened[user] = answer["channel"]["id"]
        return answer

    def channels(self) -> dict[str, str]:
        """Return the ids of the channels by a name that no seeded channel has."""
        return {f"@{user}": id for user, id in self._opened.items()}

    def channel(self, user: str, config: Path) -> str:
        """Return the channel to a user, named by id or address; "" if none is open."""
        people = {person["email"]: person["id"] for person in json.loads(config.read_text())["users"]}
        return self._opened.get(people.get(user, user), "")
