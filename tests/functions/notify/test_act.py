"""notify.act: the first press wins, and a repeated one changes nothing."""

import pytest

from ripen.adapters.table import Table, keys
from ripen.errors import Undeliverable
from ripen.lead.activity import Kind
from ripen.slack.access import Person
from tests.support.card_presses import ALERT, CRM, ID, Salespeople, a_posted_card
from tests.support.fake_chat import ALICE, DOWN, QUEUE, TEAM
from tests.support.fakes import NOON, FakeClock


@pytest.fixture
def sales(table: Table, clock: FakeClock) -> Salespeople:
    return a_posted_card(table, clock, CRM)


def test_accepting_a_lead_sets_owner_and_task_and_is_shown_on_the_card(sales: Salespeople) -> None:
    key = sales.press("U0ALICE")

    sales.act(key)

    assert (sales.alert().outcome, sales.alert().by, sales.alert().acted) == ("accepted", "U0ALICE", NOON)
    assert (sales.owners.record, len(sales.owners.tasks)) == (ALICE, 1)
    crm = sales.crm()
    assert crm and crm.owner_name == "Alice Sato"
    assert sales.done(key)
    assert sales.waits(ALERT) == 0
    assert set(sales.alerts.woken) == {ALERT.ref}
    assert sorted(sales.decisions()) == [("alert", "accepted"), ("crm", "owner set")]


def test_accepting_adds_an_activity_that_waits_for_the_fold(sales: Salespeople) -> None:
    sales.act(sales.press("U0ALICE"))

    [activity] = sales.activities()
    assert (activity.kind, activity.facts) == (Kind.ACCEPTED_BY_SALES, {"alert": ID, "user": "U0ALICE"})
    assert sales.waits(keys.activity("lead1", activity.at, activity.id)) == 0


def test_a_repeated_action_changes_nothing(sales: Salespeople) -> None:
    key = sales.press("U0ALICE")

    sales.act(key)
    sales.act(key)

    assert (len(sales.activities()), len(sales.decisions()), len(sales.owners.tasks)) == (1, 2, 1)


def test_the_second_person_learns_who_was_first(sales: Salespeople) -> None:
    first, second = sales.press("U0ALICE"), sales.press("U0BOB")

    sales.act(first)
    sales.act(second)

    assert (sales.alert().by, sales.owners.record) == ("U0ALICE", ALICE)
    assert sales.chat.responses == ["alice さんが先に「担当する」を押しました。"]
    assert sales.done(second)
    assert len(sales.activities()) == 1


def test_pressing_twice_accepts_once(sales: Salespeople) -> None:
    first = sales.press("U0ALICE")
    sales.clock.move(seconds=1)
    second = sales.press("U0ALICE")

    sales.act(first)
    sales.act(second)

    assert (sales.chat.responses, len(sales.activities()), sales.done(second)) == ([], 1, True)


def test_not_a_fit_closes_the_card_without_salesforce(sales: Salespeople) -> None:
    key = sales.press("U0BOB", "not_fit")

    sales.act(key)

    assert (sales.alert().outcome, sales.alert().by) == ("not a fit", "U0BOB")
    assert [activity.kind for activity in sales.activities()] == [Kind.REJECTED_BY_SALES]
    assert sales.decisions() == [("alert", "not a fit")]
    assert (sales.owners.record, sales.done(key), sales.waits(ALERT)) == (QUEUE, True, 0)


def test_accepting_after_not_a_fit_is_refused(sales: Salespeople) -> None:
    sales.act(sales.press("U0BOB", "not_fit"))

    sales.act(sales.press("U0ALICE"))

    assert (sales.alert().outcome, sales.owners.record) == ("not a fit", QUEUE)
    assert sales.chat.responses == ["bob さんがすでに見送りにしています。"]


def test_an_action_without_an_alert_is_finished(table: Table, clock: FakeClock) -> None:
    sales = Salespeople(table, clock)
    key = sales.press("U0ALICE")

    sales.act(key)

    assert sales.done(key)


GUEST = Person(id="U0BOB", team=TEAM, guest=True)
PARTNER = Person(id="U0BOB", team="T0PARTNER")


@pytest.mark.parametrize(("person", "said"), [(GUEST, "ゲスト"), (PARTNER, "Ripen を導入した会社")])
@pytest.mark.parametrize("verb", ["accept", "not_fit"])
def test_guests_and_partners_in_a_shared_channel_change_nothing(
    sales: Salespeople, person: Person, verb: str, said: str
) -> None:
    sales.chat.people["U0BOB"] = person
    sales.chat.addresses["U0BOB"] = "alice@ripen.example"
    key = sales.press("U0BOB", verb)

    sales.act(key)

    assert (sales.alert().outcome, sales.owners.record, sales.activities()) == ("", QUEUE, [])
    assert len(sales.chat.responses) == 1
    assert said in sales.chat.responses[0]
    assert sales.done(key)


def test_a_person_unknown_to_slack_is_refused(sales: Salespeople) -> None:
    sales.chat.trouble = [Undeliverable("users.info: user_not_found", permanent=True)]
    key = sales.press("U0ALICE")

    sales.act(key)

    assert (sales.alert().outcome, sales.done(key)) == ("", True)


def test_a_press_waits_until_slack_says_whose_it_is(sales: Salespeople) -> None:
    key = sales.press("U0ALICE")

    sales.chat.trouble = [DOWN]
    sales.act(key)
    sales.chat.unknown_installation = True
    sales.act(key)
    assert (sales.alert().outcome, sales.done(key), sales.waits(key)) == ("", False, 60)

    sales.chat.unknown_installation = False
    sales.act(key)
    assert (sales.alert().outcome, sales.done(key)) == ("accepted", True)


def test_a_press_that_slack_never_vouches_for_is_refused_after_a_day(sales: Salespeople) -> None:
    key = sales.press("U0ALICE")
    sales.clock.move(days=1, seconds=1)
    sales.chat.trouble = [DOWN]

    sales.act(key)

    assert (sales.alert().outcome, sales.done(key)) == ("", True)
