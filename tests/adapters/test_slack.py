"""The Slack adapter against the stand-in: an independent workspace behind our proxy."""

from collections.abc import Iterator

import pytest

from ripen.adapters.slack.chat import Slack
from ripen.errors import Undeliverable, Unsure
from ripen.slack.access import Installation, Person
from tests.support.slack_workspace import KnownSecrets, Workspace, running

CARD = {
    "text": "山田 花子 様",
    "blocks": [{"type": "section", "block_id": "a", "text": {"type": "mrkdwn", "text": "*78点*"}}],
}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with running(tmp_path_factory.mktemp("slack")) as workspace:
        yield workspace


@pytest.fixture
def workspace(started: Workspace) -> Workspace:
    started.reset()
    return started


@pytest.fixture
def chat(workspace: Workspace) -> Slack:
    return Slack(workspace.api, KnownSecrets())


def test_posted_card_is_in_the_channel(chat: Slack, workspace: Workspace) -> None:
    channel, ts = chat.post("C0SALES", CARD, "alert1")

    [message] = workspace.messages()
    assert (channel, ts) == ("C0SALES", message["ts"])
    assert (message["text"], message["blocks"]) == (CARD["text"], CARD["blocks"])


def test_card_is_found_by_the_alert_in_its_metadata(chat: Slack) -> None:
    chat.post("C0SALES", CARD, "alert1")
    posted_card = chat.post("C0SALES", CARD, "alert2")
    chat.post("C0SALES", CARD, "alert3")

    assert chat.find("C0SALES", "alert2") == posted_card
    assert chat.find("C0SALES", "alert4") is None


def test_card_is_found_behind_two_hundred_newer_messages(chat: Slack, workspace: Workspace) -> None:
    posted_card = chat.post("C0SALES", CARD, "alert1")
    for n in range(205):
        workspace.control("message", channel="C0SALES", user="U0ALICE", text=str(n))

    assert chat.find("C0SALES", "alert1") == posted_card


def test_update_replaces_the_card(chat: Slack, workspace: Workspace) -> None:
    channel, ts = chat.post("C0SALES", CARD, "alert1")

    chat.update(channel, ts, CARD | {"text": "new text"}, "alert1")

    assert [message["text"] for message in workspace.messages()] == ["new text"]
    assert chat.find("C0SALES", "alert1") == (channel, ts)


def test_reply_is_in_the_thread_of_its_card_and_is_found_by_its_press(chat: Slack, workspace: Workspace) -> None:
    channel, ts = chat.post("C0SALES", CARD, "alert1")
    assert not chat.has_reply(channel, ts, "press1")

    chat.reply(channel, ts, "<@U0BOB> please call", "press1")

    [message] = workspace.messages()
    assert [reply["text"] for reply in message["thread"]] == ["<@U0BOB> please call"]
    assert (chat.has_reply(channel, ts, "press1"), chat.has_reply(channel, ts, "press2")) == (True, False)


def test_reply_whose_answer_was_lost_is_unsure(chat: Slack, workspace: Workspace) -> None:
    channel, ts = chat.post("C0SALES", CARD, "alert1")
    workspace.control("faults", mode="drop_after", method="chat.postMessage")

    with pytest.raises(Unsure):
        chat.reply(channel, ts, "text", "press1")

    assert chat.has_reply(channel, ts, "press1")


def test_user_is_found_by_address(chat: Slack) -> None:
    assert (chat.user_with_email("bob@ripen.example"), chat.user_with_email("nobody@ripen.example")) == ("U0BOB", "")


@pytest.mark.parametrize("name", ["dan", "eve", "fay", "hal"])
def test_guests_strangers_and_deactivated_users_are_not_found_by_address(chat: Slack, name: str) -> None:
    assert chat.user_with_email(f"{name}@ripen.example") == ""


@pytest.mark.parametrize(
    "person",
    [
        Person(id="U0ALICE", team="T0RIPEN", email="alice@ripen.example"),
        Person(id="U0DAN", team="T0RIPEN", email="dan@ripen.example", guest=True),
        Person(id="U0EVE", team="T0PARTNER"),
        Person(id="U0FAY", team="T0OTHER", enterprise="E0OTHER", stranger=True),
        Person(id="U0HAL", team="T0RIPEN", email="hal@ripen.example", deactivated=True),
    ],
    ids=lambda person: person.id,
)
def test_person_is_read_as_slack_shows_them(chat: Slack, person: Person) -> None:
    assert chat.person(person.id) == person


def test_installation_is_asked_once_for_each_token(workspace: Workspace) -> None:
    secrets = KnownSecrets()
    chat = Slack(workspace.api, secrets)

    assert chat.installation() == Installation(team="T0RIPEN")
    workspace.control("faults", mode="down", count=-1, method="auth.test")
    assert chat.installation() == Installation(team="T0RIPEN")

    secrets.all()["slack_bot_token"] = "xoxb-new"
    with pytest.raises(Undeliverable):
        chat.installation()


def test_membership_of_a_channel_is_known(chat: Slack) -> None:
    assert (chat.is_member("C0SALES", "U0ALICE"), chat.is_member("C0SALES", "U0GUS")) == (True, False)


@pytest.mark.parametrize("channel", ["sales", "#sales", "E0SALES", ""])
def test_channel_that_is_not_given_by_its_id_is_a_clear_error(chat: Slack, channel: str) -> None:
    for call in (lambda: chat.post(channel, CARD, "alert1"), lambda: chat.is_member(channel, "U0ALICE")):
        with pytest.raises(Undeliverable) as refused:
            call()
        assert (refused.value.reason, refused.value.permanent) == (f"not a channel id: {channel}", False)


@pytest.mark.parametrize(
    ("api", "url", "owned"),
    [
        ("https://slack.com/api/", "https://hooks.slack.com/actions/T0/1/x", True),
        ("https://slack-gov.com/api/", "https://hooks.slack-gov.com/actions/T0/1/x", True),
        ("https://slack.com/api/", "http://hooks.slack.com/actions/1", False),
        ("https://slack.com/api/", "https://hooks.slack.com.evil.example/1", False),
        ("https://slack.com/api/", "https://hooks.slack.com@evil.example/1", False),
        ("https://slack.com/api/", "https://hooks.slack.com:8443/1", False),
        ("https://slack.com/api/", "https://slack.com/1", False),
        ("https://slack.com/api/", "http://169.254.169.254/latest/meta-data", False),
        ("http://127.0.0.1:3999/api/", "http://127.0.0.1:4000/_hooks/response/1", True),
        ("http://127.0.0.1:3999/api/", "http://127.0.0.1.evil.example/1", False),
        ("http://127.0.0.1:3999/api/", "https://hooks.slack.com/1", False),
    ],
)
def test_answers_go_only_to_slack(api: str, url: str, owned: bool) -> None:
    chat = Slack(api, KnownSecrets())

    assert chat.owns(url) is owned
    if not owned:
        with pytest.raises(Undeliverable) as refused:
            chat.respond(url, "text")
        assert refused.value.permanent


def test_unknown_user_is_refused_for_good(chat: Slack) -> None:
    with pytest.raises(Undeliverable) as refused:
        chat.person("U0NOBODY")

    assert refused.value.permanent


@pytest.mark.parametrize(
    ("secrets", "channel", "reason"),
    [
        (KnownSecrets(slack_bot_token="xoxb-other"), "C0SALES", "chat.postMessage: invalid_auth"),
        (KnownSecrets(slack_bot_token=""), "C0SALES", "slack_bot_token is not set"),
        (KnownSecrets(), "C0NOWHERE", "chat.postMessage: channel_not_found"),
    ],
)
def test_wrong_settings_are_retried(workspace: Workspace, secrets: KnownSecrets, channel: str, reason: str) -> None:
    with pytest.raises(Undeliverable) as refused:
        Slack(workspace.api, secrets).post(channel, CARD, "alert1")

    assert (refused.value.reason, refused.value.permanent) == (reason, False)


def test_invalid_blocks_are_refused_for_good(chat: Slack) -> None:
    with pytest.raises(Undeliverable) as refused:
        chat.post("C0SALES", CARD | {"blocks": [{"type": "nope"}]}, "alert1")

    assert refused.value.permanent


def test_rate_limit_waits_as_long_as_slack_says(chat: Slack, workspace: Workspace) -> None:
    workspace.control("faults", mode="ratelimit", seconds=7)

    with pytest.raises(Undeliverable) as refused:
        chat.post("C0SALES", CARD, "alert1")

    assert (refused.value.permanent, refused.value.after) == (False, 7)


@pytest.mark.parametrize(("mode", "posted"), [("drop_after", 1), ("error_500", 0), ("down", 0)])
def test_post_without_a_clear_answer_is_unsure(chat: Slack, workspace: Workspace, mode: str, posted: int) -> None:
    workspace.control("faults", mode=mode)

    with pytest.raises(Unsure):
        chat.post("C0SALES", CARD, "alert1")

    assert len(workspace.messages()) == posted


def test_post_that_times_out_is_unsure_and_in_the_channel(chat: Slack, workspace: Workspace) -> None:
    workspace.control("faults", mode="hang_after", seconds=6)

    with pytest.raises(Unsure):
        chat.post("C0SALES", CARD, "alert1")

    assert chat.find("C0SALES", "alert1")


def test_refused_connection_did_not_post_the_card() -> None:
    with pytest.raises(Undeliverable) as refused:
        Slack("http://127.0.0.1:9/api/", KnownSecrets()).post("sales", CARD, "alert1")

    assert not refused.value.permanent


@pytest.mark.parametrize("mode", ["drop_after", "error_500", "down"])
def test_update_without_an_answer_may_be_retried(chat: Slack, workspace: Workspace, mode: str) -> None:
    channel, ts = chat.post("C0SALES", CARD, "alert1")
    workspace.control("faults", mode=mode)

    with pytest.raises(Undeliverable) as refused:
        chat.update(channel, ts, CARD, "alert1")

    assert not refused.value.permanent


def test_expired_response_url_is_refused_for_good(chat: Slack, workspace: Workspace) -> None:
    with pytest.raises(Undeliverable) as refused:
        chat.respond(f"{workspace.url}/_hooks/response/gone", "late")

    assert refused.value.permanent


def test_direct_message_reaches_one_person_and_is_found_again(chat: Slack, workspace: Workspace) -> None:
    channel = chat.direct("U0ALICE")
    _, ts = chat.post(channel, CARD, "alert1")

    assert chat.direct("U0ALICE") == channel != chat.direct("U0BOB")
    assert chat.find(channel, "alert1") == (channel, ts)
    found = [workspace.direct(user) for user in ("U0ALICE", "alice@ripen.example", "U0BOB", "U0CAROL")]
    assert [[message["text"] for message in each] for each in found] == [[CARD["text"]], [CARD["text"]], [], []]


def test_message_in_a_thread_is_found_by_its_alert(chat: Slack, workspace: Workspace) -> None:
    channel, ts = chat.post("C0SALES", CARD, "alert1")
    place = chat.post(channel, {"text": "⏰"}, "alert2", ts)

    assert chat.find(channel, "alert2", ts) == place
    assert chat.find(channel, "alert2") is None
    assert [reply["text"] for reply in workspace.messages()[0]["thread"]] == ["⏰"]


@pytest.mark.parametrize(
    ("user", "rules", "reason"),
    [
        ("U0HAL", {}, "user_disabled"),
        ("U0ALICE", {"scopes": ["chat:write"]}, "missing_scope"),
    ],
)
def test_direct_message_that_slack_refuses(
    chat: Slack, workspace: Workspace, user: str, rules: dict[str, list[str]], reason: str
) -> None:
    workspace.control("rules", **rules)
    with pytest.raises(Undeliverable, match=reason):
        chat.direct(user)
