"""notify.slack: the buttons of cards, and the command `/ripen`.

Slack waits 3 seconds, so the press of a button is only written down here, and notify.act carries it out, if the person
may press it. A retry or a replay has the same trigger id and makes nothing new. The signature is checked here and not
by bolt, which answers 500 to a malformed timestamp. Requests of another workspace are refused although they are
signed: an app that is installed in several workspaces has one signing secret.
"""

import os
import re
from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Meta, Struct
from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

from ripen import ids, ports
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.gateway import Request, Response, answer, request, respond
from ripen.adapters.playbook import NotPublished, Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.secrets import Secrets
from ripen.adapters.slack.chat import Slack
from ripen.adapters.table import Conflict, Create, Table, keys
from ripen.adapters.unavailable import answer_503, report
from ripen.errors import NewerFormat, Rejected, Undeliverable
from ripen.lead.address import address_hash, normalise
from ripen.playbook.bundle import Bundle
from ripen.slack.access import Refusal, is_from_installation, refusal
from ripen.slack.action import ACCEPT, NOT_FIT, OPEN_CRM, RELEASE, CardAction
from ripen.slack.answer_words import answer_words
from ripen.slack.card import lead_summary, parse_button
from ripen.slack.card_facts import card_facts

logger = Logger()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets, connections = Secrets(os.environ["SECRET"]), Secrets(os.environ["CONNECTIONS"])
actions = Queue(os.environ["ACT_QUEUE"])
chat = Slack(os.environ["SLACK_API"], connections)
channel = os.environ["SALES_CHANNEL"]
bolt = App(
    authorize=lambda enterprise_id, team_id: AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id),
    process_before_response=True,
    request_verification_enabled=False,
    token_verification_enabled=False,
)

_MAILTO = re.compile(r"<mailto:[^|>]*\|([^>]*)>")
_WORDS = {
    "ja": {
        "usage": "使い方: `/ripen lead メールアドレス` で見込み客のスコアと理由を表示します。",
        "unknown": "このメールアドレスの見込み客は見つかりませんでした。",
        "malformed": "メールアドレスの形が正しくありません。例: `/ripen lead hanako@example.co.jp`",
    },
    "en": {
        "usage": "Usage: `/ripen lead EMAIL` shows a lead's score and the reasons for it.",
        "unknown": "No lead has this e-mail address.",
        "malformed": "This is not an e-mail address. Example: `/ripen lead hanako@example.com`",
    },
}

Short = Annotated[str, Meta(min_length=1, max_length=255)]


class User(Struct, frozen=True):
    id: Annotated[str, Meta(pattern="^[UW][A-Z0-9]{2,20}$")]
    name: Annotated[str, Meta(max_length=255)] = ""


class Team(Struct, frozen=True):
    """A workspace or an Enterprise organisation."""

    id: Short


class Button(Struct, frozen=True):
    action_id: Short
    value: Annotated[str, Meta(max_length=2000)] | None = None


class Press(Struct, frozen=True, tag_field="type", tag="block_actions"):
    """Slack's block_actions payload, as far as it is read."""

    user: User
    trigger_id: Short
    actions: Annotated[tuple[Button, ...], Meta(min_length=1, max_length=1)]
    response_url: Annotated[str, Meta(pattern="^(https?://[^ ]{1,500})?$")] = ""
    team: Team | None = None
    enterprise: Team | None = None


class Asker(Struct, frozen=True):
    """The person who typed a command, and where; `enterprise` is "" outside an Enterprise organisation."""

    user: str
    team: str
    enterprise: str


class Challenge(Struct, frozen=True, tag_field="type", tag="url_verification"):
    challenge: Short


@answer_503
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    try:
        asked = request(event)
        text = signed_body(asked, str(connections.all().get("slack_signing_secret") or ""))
        response = bolt.dispatch(bolt_request(text, asked))
    except Rejected as error:
        return answer({"error": error.reason}, error.status)
    return respond(response.status, response.body, response.first_headers())


def signed_body(asked: Request, secret: str) -> str:
    """Return the body if Slack signed it within the last 5 minutes of the wall clock, or raise Rejected.

    Source: Slack, "Verifying requests from Slack". A check of our certificate (`ssl_check=1`) comes unsigned.
    """
    try:
        text = asked.body.decode()
    except UnicodeDecodeError:
        raise Rejected("the body is not UTF-8") from None
    if text.startswith("ssl_check=1") or text.endswith("&ssl_check=1"):
        return "ssl_check=1"
    stamp = asked.headers.get("x-slack-request-timestamp", "")
    signature = asked.headers.get("x-slack-signature", "")
    if not (secret and re.fullmatch(r"[0-9]{1,12}", stamp) and signature.isascii()):
        raise Rejected("no valid signature", status=401)
    if not SignatureVerifier(secret).is_valid(text, stamp, signature):
        raise Rejected("no valid signature", status=401)
    return text


def bolt_request(text: str, asked: Request) -> BoltRequest:
    """Return the request for bolt. Raise Rejected unless it is a button, a command or a check, and well-formed."""
    try:
        form = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
        if text.startswith("{") or "payload" in form:
            msgspec.json.decode(text if text.startswith("{") else form["payload"], type=Press | Challenge)
        elif not {"command", "ssl_check"} & form.keys():
            raise Rejected("this is neither a command nor a button", status=404)
        return BoltRequest(body=text, headers={"content-type": asked.headers.get("content-type", "")})
    except (msgspec.DecodeError, ValueError, TypeError, AttributeError, RecursionError):
        raise Rejected("the payload cannot be read") from None


@bolt.action(ACCEPT)
@bolt.action(NOT_FIT)
@bolt.action(RELEASE)
def on_press(ack: Ack, body: dict[str, Any]) -> BoltResponse:
    try:
        pressed = msgspec.convert(body, Press)
        if not is_press_of_ours(pressed, chat):
            return refuse_press(pressed)
        record_press(pressed, table, clock, actions)
    except Rejected as error:
        return BoltResponse(status=error.status, body={"error": error.reason})
    except NewerFormat as newer:
        report(newer)
        return BoltResponse(status=503, body={"error": "please try again later"})
    return ack()


@bolt.action(OPEN_CRM)
def on_open(ack: Ack) -> BoltResponse:
    """Acknowledge the press: Slack opens the button's address by itself."""
    return ack()


@bolt.command("/ripen")
def on_command(ack: Ack, body: dict[str, Any]) -> BoltResponse:
    try:
        bundle = playbook.live().bundle
    except NotPublished:
        return ack("No playbook has been published yet: `ripen publish`.")
    except NewerFormat as newer:
        report(newer)
        return ack(
            "A newer version of Ripen published the playbook, and it is not deployed yet. Please try again later."
        )
    asker = Asker(*(str(body.get(name) or "") for name in ("user_id", "team_id", "enterprise_id")))
    if refused := refused_command(asker, chat, channel, bundle.brand.default_locale):
        return ack(response_type="ephemeral", text=refused)
    message = command_reply(str(body.get("text", "")), table, clock, bundle, secrets.key("address"))
    return ack(response_type="ephemeral", **message)


def is_press_of_ours(pressed: Press, chat: ports.Chat) -> bool:
    """Return whether the press comes from where our app is installed, as far as Slack says so now.

    notify.act checks the person in any case, because it can retry while Slack does not answer. Raises Rejected for an
    answer that would not go to Slack.
    """
    if pressed.response_url and not chat.owns(pressed.response_url):
        raise Rejected("response_url is not an address of Slack")
    team, enterprise = (found.id if found else "" for found in (pressed.team, pressed.enterprise))
    try:
        return is_from_installation(chat.installation(), team, enterprise)
    except Undeliverable as error:
        logger.warning("workspace not checked", reason=error.reason)
        return True


def refuse_press(pressed: Press) -> BoltResponse:
    """Tell the person, who may be in a channel that another company shares with ours."""
    try:
        words = answer_words(playbook.live().bundle.brand.default_locale)
        if pressed.response_url:
            chat.respond(pressed.response_url, words[Refusal.OTHER_COMPANY])
    except (NotPublished, Undeliverable) as error:
        logger.warning("refusal not explained", reason=type(error).__name__)
    return BoltResponse(status=403, body={"error": "the app is not installed in this workspace"})


def refused_command(asker: Asker, chat: ports.Chat, channel: str, locale: str) -> str:
    """Return the words for a person who may not look up leads; "" for a member of the sales channel."""
    words = answer_words(locale)
    try:
        installation = chat.installation()
        if not is_from_installation(installation, asker.team, asker.enterprise):
            return words[Refusal.OTHER_COMPANY]
        if refused := refusal(chat.person(asker.user), installation):
            return words[refused]
        if not chat.is_member(channel, asker.user):
            return words[Refusal.NOT_IN_CHANNEL].format(channel=f"<#{channel}>")
    except Undeliverable as error:
        logger.warning("command not checked", reason=error.reason)
        return words["unchecked"]
    return ""


def record_press(pressed: Press, table: Table, clock: ports.Clock, actions: ports.Wake) -> None:
    """Write the press down once, and wake notify.act. Raise Rejected for a button that is not ours."""
    found = parse_button(pressed.actions[0].value or "")
    if found is None:
        raise Rejected("this is not one of our buttons")
    lead, alert = found
    if table.get(keys.alert(lead, alert)) is None:
        raise Rejected("no such alert", status=404)
    now = clock.now()
    action = CardAction(
        id=ids.digest("slack", pressed.trigger_id),
        lead=lead,
        alert=alert,
        verb=pressed.actions[0].action_id,
        user=pressed.user.id,
        user_name=pressed.user.name,
        at=now,
        response_url=pressed.response_url,
    )
    key = keys.action(lead, action.id)
    try:
        table.write(Create(key, action, due=now))
    except Conflict:
        logger.info("pressed already", action=action.id)
        return
    actions.wake(key.ref)


def command_reply(text: str, table: Table, clock: ports.Clock, bundle: Bundle, address_key: bytes) -> dict[str, Any]:
    """Return the answer to `/ripen …`: {"text"} and, for a known lead, {"blocks"}."""
    locale = bundle.brand.default_locale
    words = _WORDS.get(locale, _WORDS["en"])
    verb, _, rest = _MAILTO.sub(r"\1", text).strip().partition(" ")
    if verb.lower() != "lead" or not rest.strip():
        return {"text": words["usage"]}
    try:
        email = normalise(rest)
    except Rejected:
        return {"text": words["malformed"]}
    pointer = table.get(keys.address(address_hash(address_key, email)))
    if pointer is None:
        return {"text": words["unknown"]}
    lead = pointer.value.lead
    profile, state = table.get_many([keys.profile(lead), keys.state(lead)])
    if profile is None:
        return {"text": words["unknown"]}
    return lead_summary(card_facts(profile.value, state.value if state else None, bundle, clock.now()), locale)
