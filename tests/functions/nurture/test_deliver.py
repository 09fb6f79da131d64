"""Delivery of one mail, with an SES that answers as it is told."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace as with_

from nurture.deliver import OutOfTime, deliver, handler, record_handler
from nurture.feedback import take_in
from ripen import token
from ripen.adapters.table import Create, Key, Replace, Row, Table, keys
from ripen.address import address_hash
from ripen.agenda import Lane, shard
from ripen.breaker import Breaker
from ripen.bundle import Policy, Quiet
from ripen.clause import Condition, Did
from ripen.contact import Contact, Suppression
from ripen.feedback import Event
from ripen.ids import digest
from ripen.journey import Enrollment, EnrollmentState
from ripen.ledger import Send, SendState
from ripen.state import Rank, State
from tests.builders import a_bundle, a_lead, a_mail, an_activity
from tests.fakes import NOON, FakeClock, FakeQueue
from tests.functions.nurture.mails import (
    ADDRESS_KEY,
    LINK_KEY,
    SITE,
    FakeSes,
    Killed,
    a_context,
    a_send,
    an_event,
    an_outside,
    decisions,
    is_silent,
    kills,
    known,
    pauses,
    planned,
    refuses,
    throttles,
)


def row(table: Table, key: Key[Send]) -> Row[Send]:
    found = table.get(key)
    assert found is not None
    return found


def test_a_planned_mail_is_handed_over_once_and_written_down(table: Table, clock: FakeClock) -> None:
    known(table)
    key = planned(table, a_send())
    ses = FakeSes()

    deliver(key, an_outside(table, clock, ses))

    (mail,) = ses.taken
    assert mail.to == "hanako@example.co.jp"
    assert mail.tags == {"send_id": a_send().id, "lead": "lead1", "class": "transactional", "attempt": "1"}
    after = row(table, key)
    assert (after.value.state, after.due) == (SendState.ACCEPTED, None)
    assert after.value.message_id == f"m-{a_send().id}-1"
    assert after.value.subject == "山田様へ"
    assert decisions(table) == [("accepted", "")]
    pointer = table.get(keys.send_pointer(a_send().id))
    assert pointer is not None
    assert (pointer.value.bundle, pointer.value.locale) == ("bundle1", "ja")


def test_links_lead_through_us_and_unsubscribe_needs_its_own_token(table: Table, clock: FakeClock) -> None:
    known(table)
    ses = FakeSes()
    deliver(planned(table, a_send()), an_outside(table, clock, ses))
    click = ses.taken[0].text.splitlines()[1]
    assert click.startswith(f"{SITE}/c/")
    assert token.read(LINK_KEY, token.Purpose.CLICK, click.rpartition("/")[2]).send == a_send().id
    url = ses.taken[0].headers["List-Unsubscribe"].strip("<>")
    assert token.read(LINK_KEY, token.Purpose.UNSUBSCRIBE, url.rpartition("/")[2]).send == a_send().id


def test_a_second_wake_does_nothing(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    outside = an_outside(table, clock, ses)
    ses.meanwhile = lambda mail: deliver(key, outside)
    deliver(key, outside)
    deliver(key, outside)
    assert ses.calls == 1


def test_a_mail_that_is_gone_is_nothing(table: Table, clock: FakeClock) -> None:
    assert deliver(keys.send("lead1", "none"), an_outside(table, clock, FakeSes())) is None


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        ({"consent": {}}, "no consent"),
        ({"unsubscribed": NOON}, "unsubscribed"),
        ({"bounced": NOON}, "bounced"),
        ({"complained": NOON}, "complained"),
        ({"sent": {"2026-11-20": 2}}, "capped"),
    ],
)
def test_marketing_mail_is_skipped_with_a_reason(
    table: Table, clock: FakeClock, contact: dict[str, Any], reason: str
) -> None:
    known(table, **contact)
    key, ses = planned(table, a_send(email="case-study")), FakeSes()

    deliver(key, an_outside(table, clock, ses, playbook=a_bundle(policy=Policy(per_week=2))))

    after = row(table, key)
    assert (after.value.state, after.value.reason, after.due) == (SendState.SKIPPED, reason, None)
    assert decisions(table) == [("skipped", reason)]
    assert ses.calls == 0


def test_what_was_asked_for_goes_without_consent_even_after_unsubscribing(table: Table, clock: FakeClock) -> None:
    known(table, consent={}, unsubscribed=NOON)
    key, ses = planned(table, a_send()), FakeSes()
    deliver(key, an_outside(table, clock, ses))
    assert row(table, key).value.state is SendState.ACCEPTED


def test_a_suppressed_address_gets_nothing(table: Table, clock: FakeClock) -> None:
    known(table)
    hashed = address_hash(ADDRESS_KEY, "hanako@example.co.jp")
    table.write(Create(keys.suppression(hashed), Suppression(reason="bounce", at=NOON)))
    key, ses = planned(table, a_send()), FakeSes()
    deliver(key, an_outside(table, clock, ses))
    assert (row(table, key).value.reason, ses.calls) == ("suppressed", 0)


def test_a_mail_past_its_time_is_skipped(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    clock.move(days=8)
    deliver(key, an_outside(table, clock, ses))
    assert (row(table, key).value.reason, ses.calls) == ("expired", 0)


def test_a_refusal_while_the_mail_is_written_is_seen_by_the_claim(table: Table, clock: FakeClock) -> None:
    # given a lead who unsubscribes after the policy was judged and before the claim
    known(table)
    key, ses = planned(table, a_send(email="case-study")), FakeSes()
    looks = iter([False, True])

    def stopped() -> bool:
        if next(looks, False):
            contact = table.get(keys.contact("lead1"))
            assert contact is not None
            table.write(Replace(contact.key, replace(contact.value, unsubscribed=clock.now()), contact.version))
        return False

    # when
    deliver(key, an_outside(table, clock, ses, stopped=stopped))
    # then
    assert (row(table, key).value.reason, ses.calls) == ("unsubscribed", 0)


def test_of_two_workers_at_once_one_claims(table: Table, clock: FakeClock) -> None:
    # given a second worker that is through before the first one claims
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    looks = iter([False, True])

    def stopped() -> bool:
        if next(looks, False):
            deliver(key, an_outside(table, clock, ses))
        return False

    # when
    deliver(key, an_outside(table, clock, ses, stopped=stopped))
    # then
    assert (row(table, key).value.attempt, ses.calls) == (1, 1)
    assert decisions(table) == [("accepted", "")]


def test_an_event_that_comes_while_a_mail_is_written_again_stops_it(table: Table, clock: FakeClock) -> None:
    # given a mail on its second attempt, whose first attempt SES tells of just before the claim
    known(table)
    key, ses = planned(table, a_send(attempt=1)), FakeSes()
    looks = iter([False, True])

    def stopped() -> bool:
        if next(looks, False):
            take_in(an_event(a_send(), Event.SENT), table, clock, FakeQueue(), ADDRESS_KEY, FakeQueue())
        return False

    # when
    deliver(key, an_outside(table, clock, ses, stopped=stopped))
    # then
    assert (row(table, key).value.state, ses.calls) == (SendState.ACCEPTED, 0)


def test_nothing_is_claimed_while_sending_is_stopped(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    deliver(key, an_outside(table, clock, ses, stopped=lambda: True))
    after = row(table, key)
    assert (after.value, after.due, ses.calls) == (a_send(), NOON + timedelta(seconds=60), 0)
    deliver(key, an_outside(table, clock, ses))
    assert ses.calls == 1


def test_a_stop_that_comes_while_the_mail_is_written_holds_it(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    deliver(key, an_outside(table, clock, ses, stopped=iter([False, True]).__next__))
    assert (row(table, key).value.state, ses.calls) == (SendState.PLANNED, 0)


def test_a_stop_that_comes_while_a_slow_claim_is_written_holds_the_mail(table: Table, clock: FakeClock) -> None:
    # given a claim that the table takes so long to write that the stop comes in between
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    # when
    deliver(key, an_outside(table, clock, ses, stopped=iter([False, False, True]).__next__))
    # then nothing is handed over, and it goes once when sending goes on
    after = row(table, key)
    assert (after.value.state, after.due, ses.calls) == (SendState.PLANNED, NOON, 0)
    deliver(key, an_outside(table, clock, ses))
    assert (row(table, key).value.state, ses.calls) == (SendState.ACCEPTED, 1)


def test_a_template_that_fails_fails_this_mail_only(table: Table, clock: FakeClock) -> None:
    known(table)
    bundle = a_bundle()
    broken = with_(bundle.emails["case-study"], locales={"ja": a_mail(text="{{ nobody.knows }}")})
    outside = an_outside(table, clock, FakeSes(), playbook=with_(bundle, emails=bundle.emails | {"case-study": broken}))
    key, other = planned(table, a_send(email="case-study")), planned(table, a_send())
    deliver(key, outside)
    deliver(other, outside)
    after = row(table, key)
    assert (after.value.state, after.value.reason, after.due) == (SendState.FAILED, "render", None)
    assert row(table, other).value.state is SendState.ACCEPTED
    assert ("failed", "render") in decisions(table)


def test_a_mail_says_what_let_the_lead_in(table: Table, clock: FakeClock) -> None:
    # given a mail that names the webinar's date, and an enrollment that knows it
    known(table)
    bundle = a_bundle()
    dated = with_(bundle.emails["whitepaper-delivery"], locales={"ja": a_mail(text="{{ entry.webinar_date }}")})
    bundle = with_(bundle, emails={"whitepaper-delivery": dated})
    facts = {"webinar_date": "2026-12-10"}
    enrollment = Enrollment(
        lead="lead1", journey="whitepaper", key="2026-12-10", entered=NOON, bundle=bundle.hash, facts=facts
    )
    table.write(Create(keys.enrollment("lead1", "whitepaper", enrollment.key), enrollment))
    ses = FakeSes()
    # when it is delivered
    deliver(planned(table, a_send(entry=enrollment.key)), an_outside(table, clock, ses, playbook=bundle))
    # then
    assert [mail.text for mail in ses.taken] == ["2026-12-10"]


def test_a_throttled_mail_waits_and_goes_once(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send(email="case-study")), FakeSes(answer=throttles)
    outside = an_outside(table, clock, ses, playbook=a_bundle(policy=Policy(per_week=1)))
    deliver(key, outside)
    after = row(table, key)
    assert after.value.state is SendState.PLANNED
    assert after.due and NOON + timedelta(seconds=10) <= after.due <= NOON + timedelta(seconds=20)
    # a wake before its time changes nothing
    deliver(key, outside)
    assert ses.calls == 1
    # its own first attempt does not count against the cap
    clock.at = after.due
    ses.answer = FakeSes().answer
    deliver(key, outside)
    assert row(table, key).value.state is SendState.ACCEPTED
    contact = table.get(keys.contact("lead1"))
    assert contact is not None
    assert contact.value.sent == {"2026-11-21": 1}


def test_a_paused_account_fails_nobody(table: Table, clock: FakeClock) -> None:
    known(table)
    key = planned(table, a_send())
    deliver(key, an_outside(table, clock, FakeSes(answer=pauses)))
    after = row(table, key)
    assert (after.value.state, after.due) == (SendState.PLANNED, NOON + timedelta(seconds=600))
    assert decisions(table) == []


def test_a_mail_refused_for_good_is_failed(table: Table, clock: FakeClock) -> None:
    known(table)
    key = planned(table, a_send())
    deliver(key, an_outside(table, clock, FakeSes(answer=refuses)))
    assert (row(table, key).value.state, row(table, key).due) == (SendState.FAILED, None)
    assert decisions(table) == [("failed", "refused by SES (MessageRejected)")]


@pytest.mark.parametrize(("email", "after_an_hour"), [("whitepaper-delivery", "accepted"), ("case-study", "held")])
def test_silence_is_resolved_after_an_hour_by_class(
    table: Table, clock: FakeClock, email: str, after_an_hour: str
) -> None:
    known(table)
    key, ses = planned(table, a_send(email=email)), FakeSes(answer=is_silent, takes=False)
    outside = an_outside(table, clock, ses)
    deliver(key, outside)
    assert (row(table, key).value.state, row(table, key).due) == (SendState.UNKNOWN, NOON + timedelta(minutes=60))
    clock.move(minutes=59)
    assert deliver(key, outside) is None
    clock.move(minutes=1)
    ses.answer = FakeSes().answer
    deliver(key, outside)
    deliver(key, outside)
    assert row(table, key).value.state == after_an_hour
    assert len(ses.taken) == (1 if after_an_hour == "accepted" else 0)


@pytest.mark.parametrize("taken", [True, False])
def test_a_dead_workers_claim_becomes_unknown_when_its_lease_is_over(
    table: Table, clock: FakeClock, taken: bool
) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes(answer=kills, takes=taken)
    outside = an_outside(table, clock, ses)
    with pytest.raises(Killed):
        deliver(key, outside)
    assert (row(table, key).value.state, row(table, key).due) == (SendState.CLAIMED, NOON + timedelta(minutes=5))
    clock.move(minutes=4)
    assert deliver(key, outside) is None
    clock.move(minutes=1)
    deliver(key, outside)
    assert row(table, key).value.state is SendState.UNKNOWN
    assert ses.calls == 1


def test_a_mail_sent_again_is_written_from_the_same_playbook(table: Table, clock: FakeClock) -> None:
    known(table)
    old, new = a_bundle(), a_bundle(hash="bundle2")
    key, ses = planned(table, a_send()), FakeSes(answer=throttles)
    deliver(key, an_outside(table, clock, ses, playbook=old))
    clock.move(minutes=1)
    ses.answer = FakeSes().answer
    deliver(key, an_outside(table, clock, ses, playbook=new, bundle={"bundle1": old}.__getitem__))
    assert row(table, key).value.bundle == "bundle1"


def test_a_row_whose_story_is_over_leaves_the_agenda(table: Table, clock: FakeClock) -> None:
    key = planned(table, a_send(state=SendState.ACCEPTED))
    deliver(key, an_outside(table, clock, FakeSes()))
    assert row(table, key).due is None


def test_rows_keep_to_the_lane_of_their_class(table: Table, clock: FakeClock) -> None:
    known(table)
    ses = FakeSes(answer=throttles)
    for email in ("case-study", "whitepaper-delivery"):
        deliver(planned(table, a_send(email=email)), an_outside(table, clock, ses))
    later = NOON + timedelta(hours=1)
    paced, hot = (table.due(lane, shard("lead1"), later) for lane in (Lane.MAIL, Lane.HOT))
    assert [due.ref for due in paced] == [keys.send("lead1", a_send(email="case-study").id).ref]
    assert [due.ref for due in hot] == [keys.send("lead1", a_send().id).ref]


def test_a_lead_without_a_contact_row_gets_what_was_asked_for(table: Table, clock: FakeClock) -> None:
    table.write(Create(keys.profile("lead1"), a_lead()))
    key = planned(table, a_send())
    deliver(key, an_outside(table, clock, FakeSes()))
    assert row(table, key).value.state is SendState.ACCEPTED
    assert table.get(keys.contact("lead1")) is not None
    assert Contact(lead="lead1").sent == {}


def test_an_erased_lead_gets_nothing(table: Table, clock: FakeClock) -> None:
    key = planned(table, a_send())
    deliver(key, an_outside(table, clock, FakeSes()))
    assert row(table, key).value.reason == "no such lead"


def test_no_mail_is_begun_when_the_invocation_is_nearly_over() -> None:
    record: Any = SimpleNamespace(body="lead#lead1|send#x")
    with pytest.raises(OutOfTime):
        record_handler(record, a_context(14_999))


def test_a_message_that_names_no_send_fails_alone() -> None:
    bodies = ["", "lead#lead1|profile", "nonsense"]
    records = [{"messageId": str(n), "body": body, "eventSource": "aws:sqs"} for n, body in enumerate(bodies)]
    answer = handler({"Records": records}, a_context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}, {"itemIdentifier": "1"}, {"itemIdentifier": "2"}]}


def limited(**changes: Any) -> Any:
    return a_bundle(policy=Policy(**changes))


def entered(table: Table) -> Key[Enrollment]:
    key = keys.enrollment("lead1", "whitepaper", "once")
    enrollment = Enrollment(lead="lead1", journey="whitepaper", key="once", entered=NOON, bundle="bundle1")
    table.write(Create(key, enrollment, due=NOON + timedelta(days=3), lane=Lane.BULK))
    return key


def test_who_is_dropped_over_the_cap_leaves_the_journey_with_the_mail(table: Table, clock: FakeClock) -> None:
    known(table, sent={"2026-11-21": 1})
    journey = entered(table)
    key = planned(table, a_send(email="case-study", capped="drop", entry="once"))
    deliver(key, an_outside(table, clock, FakeSes(), playbook=limited(per_day=1)))
    gone = table.get(journey)
    assert gone is not None
    assert (gone.value.state, gone.value.reason, gone.value.left, gone.due) == (
        EnrollmentState.EXITED,
        "capped",
        NOON,
        None,
    )
    assert (row(table, key).value.state, row(table, key).value.reason) == (SendState.SKIPPED, "capped")
    assert sorted(decisions(table)) == [("exited", "capped"), ("skipped", "capped")]


@pytest.mark.parametrize("state", [EnrollmentState.FINISHED, None])
def test_who_is_out_of_the_journey_already_is_not_taken_out_again(
    table: Table, clock: FakeClock, state: EnrollmentState | None
) -> None:
    known(table, sent={"2026-11-21": 1})
    if state:
        journey = entered(table)
        was = table.get(journey)
        assert was is not None
        table.write(Replace(journey, replace(was.value, state=state), was.version))
    key = planned(table, a_send(email="case-study", capped="drop", entry="once"))
    deliver(key, an_outside(table, clock, FakeSes(), playbook=limited(per_day=1)))
    assert decisions(table) == [("skipped", "capped")]


def test_what_is_held_over_the_cap_goes_when_there_is_room(table: Table, clock: FakeClock) -> None:
    # given a mail over the cap, at noon in Tokyo
    known(table, sent={"2026-11-21": 1})
    key, ses = planned(table, a_send(email="case-study", capped="hold")), FakeSes()
    outside = an_outside(table, clock, ses, playbook=limited(per_day=1))
    deliver(key, outside)
    assert (row(table, key).value.state, row(table, key).due) == (SendState.PLANNED, NOON + timedelta(hours=12))
    # when it is woken before, nothing happens
    assert deliver(key, outside) is None
    # then it goes at the lead's midnight
    clock.move(hours=12)
    deliver(key, outside)
    assert row(table, key).value.state is SendState.ACCEPTED
    assert decisions(table) == [("postponed", "capped"), ("accepted", "")]
    contact = table.get(keys.contact("lead1"))
    assert contact is not None
    assert contact.value.sent == {"2026-11-21": 1, "2026-11-22": 1}


def test_the_last_place_of_the_day_goes_to_the_mail_of_higher_priority(table: Table, clock: FakeClock) -> None:
    known(table)
    news = planned(table, a_send(email="case-study"))
    webinar = planned(
        table, a_send(email="case-study", id=digest("send", 2), priority="high"), NOON + timedelta(hours=3)
    )
    outside = an_outside(table, clock, FakeSes(), playbook=limited(per_day=1))
    deliver(news, outside)
    clock.move(hours=3)
    deliver(webinar, outside)
    assert (row(table, news).value.reason, row(table, webinar).value.state) == ("capped", SendState.ACCEPTED)


def test_in_quiet_hours_a_mail_waits_for_the_leads_morning(table: Table, clock: FakeClock) -> None:
    known(table, a_lead(time_zone="Europe/Berlin"))
    key, ses = planned(table, a_send(email="case-study")), FakeSes()
    outside = an_outside(table, clock, ses, playbook=limited(quiet=Quiet(start="21:00", end="08:00")))
    deliver(key, outside)  # four in the morning in Berlin
    assert (row(table, key).due, ses.calls) == (NOON + timedelta(hours=4), 0)
    clock.move(hours=4)
    deliver(key, outside)
    assert row(table, key).value.state is SendState.ACCEPTED


@pytest.mark.parametrize(
    ("unless", "reason"),
    [
        (Condition(field="stage", any_of=("opportunity",)), "policy: stage"),
        (Condition(field="rank", any_of=("hot",)), "policy: rank"),
        (Did(kind="form_submitted", subject="demo", within_seconds=3600), "policy: demo"),
        (Did(kind="form_submitted", subject="demo", within_seconds=60), ""),
    ],
)
def test_whom_the_policy_spares_gets_no_marketing(table: Table, clock: FakeClock, unless: Any, reason: str) -> None:
    known(table, a_lead(stage="opportunity"))
    demo = an_activity(subject="demo", at=NOON - timedelta(minutes=30))
    table.write(
        Create(keys.state("lead1"), State(lead="lead1", rank=Rank.HOT)),
        Create(keys.activity("lead1", demo.at, demo.id), demo),
    )
    key = planned(table, a_send(email="case-study"))
    deliver(key, an_outside(table, clock, FakeSes(), playbook=limited(unless=unless)))
    state = SendState.SKIPPED if reason else SendState.ACCEPTED
    assert (row(table, key).value.state, row(table, key).value.reason) == (state, reason)


@pytest.mark.parametrize(
    ("may", "state", "due"),
    [
        ("later", SendState.PLANNED, NOON + timedelta(hours=6)),
        ("never", SendState.SKIPPED, None),
        ("yes", SendState.ACCEPTED, None),
    ],
)
def test_a_campaigns_mail_goes_only_while_the_campaign_does(
    table: Table, clock: FakeClock, may: str, state: SendState, due: Any
) -> None:
    known(table)
    halted, other = (planned(table, a_send(email="case-study", id=digest("send", n), campaign=n == 1)) for n in (1, 2))
    outside = an_outside(table, clock, FakeSes(), may_send=lambda name: may)
    deliver(halted, outside)
    deliver(other, outside)
    assert (row(table, halted).value.state, row(table, halted).due) == (state, due)
    assert row(table, other).value.state is SendState.ACCEPTED


def test_a_campaign_halted_while_its_mail_is_claimed_holds_it(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send(email="case-study", campaign=True)), FakeSes()
    looks = iter(["yes", "yes", "yes", "later"])
    deliver(key, an_outside(table, clock, ses, may_send=lambda name: next(looks)))
    assert (row(table, key).value.state, ses.calls) == (SendState.PLANNED, 0)


def two(table: Table, email: str = "case-study") -> list[Key[Send]]:
    known(table)
    return [planned(table, a_send(email=email, id=digest("send", n))) for n in (1, 2)]


@pytest.mark.parametrize("email", ["case-study", "whitepaper-delivery"])
def test_while_the_account_is_refused_nobody_else_asks(table: Table, clock: FakeClock, email: str) -> None:
    # given an account that is paused
    first, second = two(table, email)
    ses = FakeSes(answer=pauses)
    outside = an_outside(table, clock, ses)
    # when one mail was refused
    deliver(first, outside)
    # then the other is not even claimed, and nobody is failed
    deliver(second, outside)
    assert ses.calls == 1
    for key in (first, second):
        due = row(table, key).due
        assert row(table, key).value.state is SendState.PLANNED
        assert due and NOON + timedelta(seconds=600) <= due < NOON + timedelta(seconds=610)
    assert decisions(table) == []


def test_one_mail_tries_for_all_and_then_all_go(table: Table, clock: FakeClock) -> None:
    first, second = two(table)
    ses = FakeSes(answer=pauses)
    outside = an_outside(table, clock, ses)
    deliver(first, outside)
    # when its time is up, one goes, and while it is under way no other one does
    clock.move(seconds=600)
    ses.answer = FakeSes().answer
    ses.meanwhile = lambda mail: deliver(second, outside)
    deliver(first, outside)
    assert ses.calls == 2
    assert (row(table, second).value.state, row(table, second).value.attempt) == (SendState.PLANNED, 0)
    # then the breaker is closed
    ses.meanwhile = lambda mail: None
    deliver(second, outside)
    assert row(table, second).value.state is SendState.ACCEPTED
    fuse = table.get(keys.BREAKER)
    assert fuse is not None
    assert fuse.value.until is None


def test_a_mail_refused_for_its_own_sake_shows_that_the_account_is_not(table: Table, clock: FakeClock) -> None:
    first, second = two(table)
    ses = FakeSes(answer=pauses)
    outside = an_outside(table, clock, ses)
    deliver(first, outside)
    clock.move(seconds=600)
    ses.answer = refuses
    deliver(first, outside)
    ses.answer = FakeSes().answer
    deliver(second, outside)
    assert row(table, second).value.state is SendState.ACCEPTED


def test_a_second_refusal_waits_twice_as_long(table: Table, clock: FakeClock) -> None:
    first, _ = two(table)
    outside = an_outside(table, clock, FakeSes(answer=pauses))
    deliver(first, outside)
    clock.move(seconds=600)
    deliver(first, outside)
    assert row(table, first).due == clock.now() + timedelta(seconds=1200)


def test_an_account_that_is_refused_skips_still_whom_it_must(table: Table, clock: FakeClock) -> None:
    known(table, unsubscribed=NOON)
    table.write(Create(keys.BREAKER, Breaker(until=NOON + timedelta(hours=1), opened=NOON)))
    key = planned(table, a_send(email="case-study"))
    deliver(key, an_outside(table, clock, FakeSes()))
    assert row(table, key).value.reason == "unsubscribed"
