"""notify.alert on a halted campaign: a card without a lead."""

from copy import replace

import pytest

from notify.alert import Dependencies, update_card
from ripen.adapters.table import Create, Table, keys
from ripen.campaign.halt import Halt
from ripen.errors import Unsure
from ripen.settings import Shadow
from ripen.slack.alert import Alert, AlertState
from ripen.slack.halt_card import halt_card
from ripen.words import Words
from tests.support.builders import a_bundle
from tests.support.fake_chat import FakeChat
from tests.support.fakes import NOON, FakeClock

HALT = Halt(campaign="autumn", what="bounced", count=3, taken=50, limit=0.05, by="mika")
KEY = keys.campaign_alert("autumn", "a" * 26)


@pytest.fixture
def chat(table: Table) -> FakeChat:
    table.write(Create(KEY, Alert(id="a" * 26, lead="", kind="halt", planned=NOON, halt=HALT), due=NOON))
    return FakeChat()


def alert(table: Table) -> Alert:
    row = table.get(KEY)
    assert row
    return row.value


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_the_card_is_posted_once_in_the_brand_s_language(
    table: Table, clock: FakeClock, chat: FakeChat, locale: str
) -> None:
    bundle = a_bundle()
    spoken = replace(bundle, brand=replace(bundle.brand, default_locale=locale))
    for _ in range(2):
        update_card(KEY.ref, Dependencies(table, clock, spoken, chat, "sales"))
    assert [card for _, card in chat.cards.values()] == [halt_card(HALT, Words("autumn", "autumn"), locale)]
    assert (alert(table).state, chat.places) == (AlertState.POSTED, ["sales"])
    row = table.get(KEY)
    assert row
    assert row.due is None


def test_an_ambiguous_post_is_found_and_not_repeated(table: Table, clock: FakeClock, chat: FakeChat) -> None:
    chat.trouble = [Unsure("chat.postMessage: hung up")]
    dependencies = Dependencies(table, clock, a_bundle(), chat, "sales")
    update_card(KEY.ref, dependencies)
    clock.move(minutes=1)
    update_card(KEY.ref, dependencies)
    assert (chat.posts, alert(table).state) == (1, AlertState.POSTED)


def test_shadow_mode_posts_no_halt_card(table: Table, clock: FakeClock, chat: FakeChat) -> None:
    table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    update_card(KEY.ref, Dependencies(table, clock, a_bundle(), chat, "sales"))
    assert (chat.posts, alert(table).state) == (0, AlertState.SHADOW)
