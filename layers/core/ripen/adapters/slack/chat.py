"""The chat where sales is alerted: posts, finds and updates cards, and looks up people.

No method of this file needs the `team_id` that Slack requires of organisation-wide tokens where it lists channels:
channels are given by id.

Source: docs.slack.dev, "Message metadata" and the page of each method.
"""

from typing import Any

from ripen.adapters.secrets import Secrets
from ripen.adapters.slack.response_url import is_of_slack, respond
from ripen.adapters.slack.web_api import WebApi
from ripen.errors import Undeliverable
from ripen.slack.access import Installation, Person, refusal
from ripen.slack.slack_errors import NOT_AN_ID, is_channel_id

EVENT_TYPE = "ripen_alert"
_PRESS = "ripen_press"
_PAYLOAD = {EVENT_TYPE: "alert", _PRESS: "press"}
_PAGE_SIZE = 200
_MEMBERS_PAGE = 999
_UNFURLS_NOTHING = {"unfurl_links": False, "unfurl_media": False}


class Slack:
    """Implements ports.Chat with slack_sdk. Each call is one attempt; the agenda retries."""

    def __init__(self, api: str, secrets: Secrets) -> None:
        self._api = WebApi(api, secrets)
        self._installed: tuple[str, Installation] | None = None

    def post(self, channel: str, card: dict[str, Any], alert: str, thread: str = "") -> tuple[str, str]:
        """Post a card whose metadata names the alert, in a thread if one is named; return (channel id, ts).

        Raises Undeliverable or Unsure.
        """
        place = {"channel": _id(channel)} | ({"thread_ts": thread} if thread else {})
        content = place | _UNFURLS_NOTHING | _content(card, alert)
        answer = self._api.call("chat.postMessage", content, is_repeatable=False)
        return str(answer["channel"]), str(answer["ts"])

    def find(self, channel: str, alert: str, thread: str = "") -> tuple[str, str] | None:
        """Return (channel id, ts) of the alert's card among 1,000 messages, the newest ones or the first of a thread.

        The caller searches a few minutes after a post whose answer was lost. Raises Undeliverable.
        """
        method = "conversations.replies" if thread else "conversations.history"
        arguments = {"channel": _id(channel), "limit": _PAGE_SIZE, "include_all_metadata": True}
        for page in self._api.pages(method, arguments | ({"ts": thread} if thread else {})):
            for message in page["messages"]:
                if _is_card_of(alert, message.get("metadata") or {}):
                    return channel, str(message["ts"])
        return None

    def update(self, channel: str, ts: str, card: dict[str, Any], alert: str) -> None:
        """Replace the card. Raises Undeliverable."""
        self._api.call("chat.update", {"channel": channel, "ts": ts} | _content(card, alert))

    def reply(self, channel: str, ts: str, text: str, press: str) -> None:
        """Post a text in the thread of a card; its metadata names the press. Raises Undeliverable or Unsure."""
        content = {"channel": channel, "thread_ts": ts, "text": text, "metadata": _metadata(_PRESS, press)}
        self._api.call("chat.postMessage", content | _UNFURLS_NOTHING, is_repeatable=False)

    def has_reply(self, channel: str, ts: str, press: str) -> bool:
        """Return whether the first 1,000 messages of a card's thread have the reply about this press.

        Raises Undeliverable.
        """
        arguments = {"channel": channel, "ts": ts, "limit": _PAGE_SIZE, "include_all_metadata": True}
        pages = self._api.pages("conversations.replies", arguments)
        return any(
            message.get("metadata") == _metadata(_PRESS, press) for page in pages for message in page["messages"]
        )

    def direct(self, user: str) -> str:
        """Return the id of the channel of direct messages to this user. Raises Undeliverable."""
        return str(self._api.call("conversations.open", {"users": user})["channel"]["id"])

    def installation(self) -> Installation:
        """Return where the app of our token is installed: asked once for each token. Raises Undeliverable."""
        token = self._api.token()
        if self._installed is None or self._installed[0] != token:
            answer = self._api.call("auth.test", {})
            installation = Installation(
                team=str(answer["team_id"]),
                enterprise=str(answer.get("enterprise_id") or ""),
                organisation_wide=bool(answer.get("is_enterprise_install")),
            )
            self._installed = token, installation
        return self._installed[1]

    def person(self, user: str) -> Person:
        """Return a user by id. Raises Undeliverable, permanent if there is no such user."""
        return _person(self._api.call("users.info", {"user": user})["user"])

    def user_with_email(self, email: str) -> str:
        """Return the id of the user with this address, "" if there is none. Raises Undeliverable.

        Deactivated users, guests and people of other companies do not count.
        """
        try:
            found = _person(self._api.call("users.lookupByEmail", {"email": email})["user"])
        except Undeliverable as error:
            if error.permanent:
                return ""
            raise
        return "" if refusal(found, self.installation()) else found.id

    def is_member(self, channel: str, user: str) -> bool:
        """Return whether the user is in the channel. Raises Undeliverable."""
        arguments = {"channel": _id(channel), "limit": _MEMBERS_PAGE}
        return any(user in page["members"] for page in self._api.pages("conversations.members", arguments))

    def owns(self, response_url: str) -> bool:
        """Return whether the address is one at which Slack takes answers."""
        return is_of_slack(response_url, self._api.address)

    def respond(self, response_url: str, text: str) -> None:
        """Show a text only to the person who pressed the button.

        Raises Undeliverable, permanent for an address that is not Slack's: our servers would be made to call it.
        """
        if not self.owns(response_url):
            raise Undeliverable("response_url: not an address of Slack", permanent=True)
        respond(response_url, text)


def _id(channel: str) -> str:
    """Return the channel's id. Raises Undeliverable for a name, by which Slack finds no message."""
    if not is_channel_id(channel):
        raise Undeliverable(f"{NOT_AN_ID}: {channel}", permanent=False)
    return channel


def _content(card: dict[str, Any], alert: str) -> dict[str, Any]:
    return card | {"metadata": _metadata(EVENT_TYPE, alert)}


def _metadata(event_type: str, id: str) -> dict[str, Any]:
    return {"event_type": event_type, "event_payload": {_PAYLOAD[event_type]: id}}


def _is_card_of(alert: str, metadata: dict[str, Any]) -> bool:
    return metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload", {}).get("alert") == alert


def _person(found: dict[str, Any]) -> Person:
    return Person(
        id=str(found["id"]),
        team=str(found.get("team_id") or ""),
        enterprise=str((found.get("enterprise_user") or {}).get("enterprise_id") or ""),
        email=str((found.get("profile") or {}).get("email") or ""),
        guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
        stranger=bool(found.get("is_stranger")),
        deactivated=bool(found.get("deleted")),
    )
