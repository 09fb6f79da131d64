"""The policy: each refusal of a mail with its reason, at the edges."""

from copy import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ripen.decision import Reason
from ripen.lead.contact import Contact, Permission, Suppression
from ripen.lead.state import State
from ripen.lead.unsubscription import withdrawn
from ripen.mail.ledger import MailClass, Send
from ripen.mail.limits.breaker import Breaker
from ripen.mail.policy import Claim, RecordOnly, Situation, Skip, Wait, decide
from ripen.playbook.bundle import Policy, QuietHours
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged
from ripen.playbook.condition import LeadFacts
from ripen.scoring.activity_counts import lead_facts
from ripen.scoring.score import Score
from tests.support.builders import a_lead, a_marketing_mail
from tests.support.fakes import NOON

YES = {"marketing": Permission(granted=True, at=NOON - timedelta(days=1), record="r1")}
NO = {"marketing": Permission(granted=False, at=NOON - timedelta(days=1), record="r1")}
REFUSED = Suppression(reason="bounce", at=NOON)
NEWS = a_marketing_mail(valid_until=NOON)
ASKED_FOR = replace(NEWS, mail_class=MailClass.TRANSACTIONAL)


Decision = Claim | RecordOnly | Skip | Wait


def decided(send: Send, contact: Contact, policy: Policy, now: datetime = NOON, **known: Any) -> Decision:
    return decide(Situation(send=send, contact=contact, policy=policy, **known), now)


def a_contact(**changes: Any) -> Contact:
    return Contact(**({"lead": "lead1", "consent": YES} | changes))


@pytest.mark.parametrize(
    ("contact", "news", "asked_for"),
    [
        ({}, "", ""),
        ({"consent": {}}, "no consent", ""),
        ({"consent": NO}, "no consent", ""),
        ({"unsubscribed": NOON}, "unsubscribed", ""),
        ({"unsubscribed": NOON, "consent": NO}, "unsubscribed", ""),
        ({"unsubscribed": NOON - timedelta(days=2)}, "", ""),
        ({"unsubscribed": NOON - timedelta(days=1)}, "unsubscribed", ""),
        ({"bounced": NOON}, "bounced", "bounced"),
        ({"complained": NOON}, "complained", "complained"),
        ({"sent": {"2026-11-21": 1, "2026-11-20": 1}}, "capped", ""),
        ({"sent": {"2026-11-15": 2}}, "capped", ""),
        ({"sent": {"2026-11-14": 2}}, "", ""),
        ({"sent": {"2026-11-21": 1}}, "", ""),
    ],
)
def test_each_refusal_has_its_reason(contact: dict[str, Any], news: str, asked_for: str) -> None:
    for send, reason in ((NEWS, news), (ASKED_FOR, asked_for)):
        judged = decided(send, a_contact(**contact), Policy(per_week=2))
        assert judged == (Skip(reason) if reason else Claim())


@pytest.mark.parametrize("send", [NEWS, ASKED_FOR])
def test_nothing_goes_to_a_suppressed_address(send: Send) -> None:
    assert decided(send, a_contact(), Policy(), suppression=REFUSED) == Skip("suppressed")


@pytest.mark.parametrize("send", [NEWS, ASKED_FOR])
def test_nothing_goes_after_its_time(send: Send) -> None:
    assert decided(send, a_contact(), Policy()) == Claim()
    assert decided(send, a_contact(), Policy(), NOON + timedelta(seconds=1)) == Skip("expired")
    eternal = replace(send, valid_until=None)
    assert decided(eternal, a_contact(), Policy(), NOON + timedelta(days=999)) == Claim()


def test_mail_waits_while_sending_is_stopped() -> None:
    judged = decided(NEWS, a_contact(unsubscribed=NOON), Policy(), stopped=True, suppression=REFUSED)
    assert judged == Wait(NOON + timedelta(seconds=60))


def test_second_attempt_ignores_the_cap() -> None:
    full = a_contact(sent={"2026-11-21": 2})
    assert decided(replace(NEWS, attempt=1), full, Policy(per_week=2)) == Claim()


def test_new_consent_for_one_purpose_does_not_restore_another() -> None:
    # given
    both = a_contact(consent=YES | {"partners": YES["marketing"]})
    # when
    gone = withdrawn(both, frozenset(), "r2", NOON)
    back = Permission(granted=True, at=NOON + timedelta(seconds=1), record="r3")
    came_back = replace(gone, unsubscribed=None, consent=gone.consent | {"marketing": back})
    # then
    assert marketing(Policy(), contact=came_back) == Claim()
    assert marketing(Policy(), contact=came_back, purpose="partners") == Skip("no consent")


NIGHT = QuietHours(start="21:00", end="08:00")
TOKYO = ZoneInfo("Asia/Tokyo")


def marketing(policy: Policy, at: datetime = NOON, **known: Any) -> Decision:
    send, contact = known.pop("send", NEWS), known.pop("contact", a_contact())
    eternal = replace(send, valid_until=known.pop("valid_until", None))
    return decided(eternal, contact, policy, at, **({"zone": TOKYO} | known))


def test_quiet_hours_are_in_the_leads_zone_and_only_for_marketing() -> None:
    late = datetime(2026, 11, 21, 22, 0, tzinfo=TOKYO)
    assert marketing(Policy(quiet=NIGHT), late) == Wait(datetime(2026, 11, 22, 8, 0, tzinfo=TOKYO), "quiet hours")
    assert marketing(Policy(quiet=NIGHT), late, zone=ZoneInfo("Europe/London")) == Claim()
    assert marketing(Policy(quiet=NIGHT), late, send=ASKED_FOR) == Claim()


def test_refusal_is_decided_even_in_quiet_hours() -> None:
    late = datetime(2026, 11, 21, 22, 0, tzinfo=TOKYO)
    assert marketing(Policy(quiet=NIGHT), late, contact=a_contact(unsubscribed=NOON)) == Skip("unsubscribed")


CUSTOMER = Condition(field="stage", any_of=("opportunity",))


@pytest.mark.parametrize(
    ("unless", "reason"),
    [
        (CUSTOMER, "policy: stage"),
        (Not(clause=CUSTOMER), None),
        (Tagged(tag="competitor"), "policy: tag competitor"),
        (AllOf(of=(CUSTOMER, Tagged(tag="competitor"))), "policy: stage, tag competitor"),
        (AnyOf(of=(CUSTOMER, Belongs(segment="press"))), "policy: stage, segment press"),
        (AllOf(of=(CUSTOMER, Belongs(segment="press"))), None),
        (Did(kind="link_clicked", subject="pricing"), None),
        (Not(clause=Did(kind="link_clicked", subject="pricing")), "policy: pricing"),
        (Agreed(purpose="partners"), None),
        (Not(clause=Agreed(purpose="partners")), "policy: consent partners"),
    ],
)
def test_policy_excludes_the_leads_that_it_names(unless: Clause, reason: str | None) -> None:
    facts = LeadFacts(traits={"stage": "opportunity"}, now=NOON, tags=frozenset({"competitor"}))
    wanted = Skip(reason) if reason else Claim()
    assert marketing(Policy(unless=unless), facts=facts) == wanted
    assert marketing(Policy(unless=unless), facts=facts, send=ASKED_FOR) == Claim()


def test_consent_given_before_an_unsubscription_does_not_exclude_a_lead() -> None:
    # given a lead that consented to the partners' mail, unsubscribed, and consented to marketing again
    before, after = NOON - timedelta(days=2), NOON - timedelta(hours=1)
    partners = {"partners": Permission(granted=True, at=before, record="r1")}
    again = partners | {"marketing": Permission(granted=True, at=after, record="r2")}
    unless = Policy(unless=Agreed(purpose="partners"))
    # then the policy excludes it only while the first consent stands
    for unsubscribed, decision in ((None, Skip("policy: consent partners")), (NOON - timedelta(days=1), Claim())):
        contact = a_contact(consent=again, unsubscribed=unsubscribed)
        assert marketing(unless, contact=contact, facts=facts_of(contact)) == decision


def facts_of(contact: Contact) -> LeadFacts:
    return lead_facts(a_lead(), State(lead="lead1"), Score(fit=0, engagement=0, total=0), contact, NOON)


def test_consent_stands_for_its_own_purpose_only() -> None:
    contact = a_contact(consent=YES | {"partners": NO["marketing"]})
    assert marketing(Policy(), contact=contact, purpose="partners") == Skip("no consent")
    gone = withdrawn(a_contact(consent={"partners": YES["marketing"]}), frozenset(), "r2", NOON)
    assert marketing(Policy(), contact=gone, purpose="partners") == Skip("unsubscribed")
    assert marketing(Policy(), contact=a_contact(consent={"partners": YES["marketing"]}), purpose="partners") == Claim()


FULL = a_contact(sent={"2026-11-21": 1})
MIDNIGHT = datetime(2026, 11, 22, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("capped", "valid_until", "judged"),
    [
        ("skip", None, Skip("capped")),
        ("drop", None, Skip("capped", leaves=True)),
        ("hold", None, Wait(MIDNIGHT, "capped")),
        ("hold", MIDNIGHT, Wait(MIDNIGHT, "capped")),
        ("hold", MIDNIGHT - timedelta(seconds=1), Skip("capped")),
    ],
)
def test_mail_over_the_cap_does_what_its_step_says(capped: Any, valid_until: datetime | None, judged: Decision) -> None:
    send = replace(NEWS, capped=capped)
    assert marketing(Policy(per_day=1), contact=FULL, send=send, valid_until=valid_until) == judged
    assert marketing(Policy(per_day=1), contact=FULL, send=replace(send, attempt=1)) == Claim()


def test_last_place_is_kept_for_a_mail_of_higher_priority() -> None:
    first = replace(NEWS, id="s2", priority="high", valid_until=None)
    planned = lambda: [(first, NOON)]  # noqa: E731
    assert marketing(Policy(per_day=1), other_mails=planned) == Skip("capped")
    assert marketing(Policy(per_day=1), other_mails=planned, send=replace(NEWS, capped="hold")) == Wait(
        MIDNIGHT, "capped"
    )
    assert marketing(Policy(per_day=1), other_mails=planned, send=replace(NEWS, priority="high")) == Claim()


def test_mail_of_high_priority_reads_no_other_mails() -> None:
    def planned() -> Any:
        raise AssertionError("read")

    assert marketing(Policy(per_day=1), other_mails=planned, send=replace(NEWS, priority="high")) == Claim()


def test_the_other_mails_are_read_only_for_the_last_place() -> None:
    def planned() -> list[Any]:
        raise AssertionError

    assert marketing(Policy(per_day=2), other_mails=planned) == Claim()
    assert marketing(Policy(per_day=1), other_mails=planned, contact=FULL) == Skip("capped")
    assert marketing(Policy(), other_mails=planned) == Claim()


@pytest.mark.parametrize(
    ("send", "asks", "is_open", "judged"),
    [
        (NEWS, True, True, Skip("open opportunity")),
        (NEWS, True, False, Claim()),
        (NEWS, False, True, Claim()),
        (ASKED_FOR, True, True, Claim()),
    ],
)
def test_open_opportunity_holds_back_marketing_if_the_policy_says_so(
    send: Send, asks: bool, is_open: bool, judged: Decision
) -> None:
    policy = Policy(skips_open_opportunities=asks)
    assert decided(send, a_contact(), policy, has_opportunity=lambda: is_open) == judged


def test_an_opt_out_in_the_crm_stops_marketing_mail_only() -> None:
    assert decided(NEWS, a_contact(), Policy(), opted_out=True) == Skip("opted out in Salesforce")
    assert decided(NEWS, a_contact(consent=NO), Policy(), opted_out=True) == Skip("no consent")
    assert decided(ASKED_FOR, a_contact(), Policy(), opted_out=True) == Claim()


def test_opportunity_is_not_read_for_a_mail_that_it_cannot_hold_back() -> None:
    def has() -> bool:
        raise AssertionError("asked")

    policy = Policy(skips_open_opportunities=True)
    assert decided(NEWS, a_contact(consent=NO), policy, has_opportunity=has) == Skip("no consent")
    assert decided(ASKED_FOR, a_contact(), policy, has_opportunity=has) == Claim()
    assert decided(NEWS, a_contact(), Policy(), has_opportunity=has) == Claim()


def test_open_opportunity_is_decided_even_in_quiet_hours() -> None:
    quiet = Policy(skips_open_opportunities=True, quiet=QuietHours(start="00:00", end="23:59"))
    assert decided(NEWS, a_contact(), quiet, has_opportunity=lambda: True) == Skip("open opportunity")


OPEN = Breaker(until=NOON + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("known", "decision"),
    [
        ({}, Claim()),
        ({"has_lead": False, "campaign": Skip("campaign stopped")}, Skip("no such lead")),
        ({"campaign": Wait(NOON), "stopped": True, "suppression": REFUSED}, Wait(NOON)),
        ({"campaign": Skip("campaign stopped"), "stopped": True}, Skip("campaign stopped")),
        ({"suppression": REFUSED, "breaker": OPEN}, Skip("suppressed")),
        ({"is_abandoned": lambda: True}, Skip(Reason.LEFT_JOURNEY)),
        ({"is_abandoned": lambda: True, "in_shadow": True}, Skip(Reason.LEFT_JOURNEY)),
        ({"in_shadow": True}, RecordOnly()),
        ({"in_shadow": True, "breaker": OPEN}, RecordOnly()),
        ({"in_shadow": True, "stopped": True}, Wait(NOON + timedelta(seconds=60))),
    ],
)
@pytest.mark.parametrize("send", [NEWS, ASKED_FOR])
def test_the_first_reason_that_applies_decides(send: Send, known: dict[str, Any], decision: Decision) -> None:
    assert decided(send, a_contact(), Policy(), **known) == decision


@pytest.mark.parametrize("send", [NEWS, ASKED_FOR])
def test_a_mail_waits_for_the_breaker_and_no_row_of_its_journey_is_read_before(send: Send) -> None:
    def is_abandoned() -> bool:
        raise AssertionError("read")

    decision = decided(send, a_contact(), Policy(), breaker=OPEN, is_abandoned=is_abandoned)
    assert isinstance(decision, Wait)
    assert timedelta(minutes=10) <= decision.until - NOON < timedelta(minutes=10, seconds=10)
    assert decision.reason == ""
