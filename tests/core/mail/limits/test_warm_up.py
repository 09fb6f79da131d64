"""The warm-up: providers, caps by day, and the mails that count."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ripen.decision import Reason
from ripen.mail.ledger import MailClass
from ripen.mail.limits.warm_up import Provider, WarmUp, cap, counted, day_of, provider, tomorrow
from ripen.mail.policy import Claim, Skip, Wait
from ripen.playbook.bundle import Policy
from tests.core.mail.test_policy import a_contact, decided
from tests.support.builders import a_marketing_mail
from tests.support.fakes import NOON

TOKYO = ZoneInfo("Asia/Tokyo")
PLAN = WarmUp(on=True, at=NOON, days=28, per_day=20_000)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a@gmail.com", Provider.GMAIL),
        ("a@GoogleMail.com", Provider.GMAIL),
        ("a@yahoo.co.jp", Provider.YAHOO),
        ("a..b.@docomo.ne.jp", Provider.CARRIERS),
        ("a@d.vodafone.ne.jp", Provider.CARRIERS),
        ("a@hotmail.co.jp", Provider.OUTLOOK),
        ("a@notgmail.com", Provider.OTHERS),
        ("a@gmail.com.example", Provider.OTHERS),
        ("", Provider.OTHERS),
    ],
)
def test_provider_goes_by_the_domain(address: str, expected: Provider) -> None:
    assert provider(address) is expected


def test_caps_rise_every_day_to_the_number_that_is_wanted_and_then_end() -> None:
    for of in Provider:
        caps = [cap(PLAN, of, day) or 0 for day in range(28)]
        assert caps == sorted(set(caps))
        assert (caps[-1], cap(PLAN, of, 28)) == (20_000, None)
    assert [cap(PLAN, Provider.GMAIL, day) for day in (0, 1, 7, 14)] == [100, 122, 395, 1560]
    assert cap(PLAN, Provider.CARRIERS, 0) == 50
    assert cap(WarmUp(on=False, at=NOON, per_day=20_000), Provider.GMAIL, 0) is None
    assert cap(WarmUp(on=True, at=NOON), Provider.GMAIL, 0) is None


@pytest.mark.parametrize(("days", "per_day", "caps"), [(1, 500, [500, None]), (3, 40, [40, 40, 40, None])])
def test_small_plans_have_caps_too(days: int, per_day: int, caps: list[int | None]) -> None:
    plan = WarmUp(on=True, at=NOON, days=days, per_day=per_day)
    assert [cap(plan, Provider.GMAIL, day) for day in range(days + 1)] == caps


def test_a_day_of_the_plan_is_the_companys_calendar_day() -> None:
    late = WarmUp(on=True, at=datetime(2026, 11, 21, 14, 59, tzinfo=UTC))  # 23:59 in Tokyo
    assert day_of(late, late.at + timedelta(minutes=1), TOKYO) == 1
    assert day_of(late, late.at + timedelta(minutes=1), ZoneInfo("UTC")) == 0
    assert tomorrow(NOON, TOKYO) == NOON + timedelta(days=1)


def test_each_marketing_mail_counts_once_and_many_are_sampled() -> None:
    mails = [a_marketing_mail(id=f"send{number}") for number in range(3200)]
    assert {counted(mail, 1599) for mail in mails} == {1}
    assert sum(counted(mail, 1600) for mail in mails) == pytest.approx(3200, rel=0.1)
    assert counted(a_marketing_mail(attempt=1), 10) == 0
    assert counted(a_marketing_mail(mail_class=MailClass.TRANSACTIONAL), 10) == 0


@pytest.mark.parametrize(
    ("mail", "opens", "answer"),
    [
        ({}, None, Claim()),
        ({}, NOON + timedelta(days=1), Wait(NOON + timedelta(days=1), Reason.WARMING_UP)),
        ({"attempt": 1}, NOON + timedelta(days=1), Claim()),
        ({"valid_until": NOON + timedelta(hours=5)}, NOON + timedelta(days=1), Skip(Reason.WARMING_UP)),
        ({"mail_class": MailClass.TRANSACTIONAL}, NOON + timedelta(days=1), Claim()),
    ],
)
def test_marketing_mail_over_the_days_cap_waits_until_tomorrow(
    mail: dict[str, object], opens: datetime | None, answer: object
) -> None:
    assert decided(a_marketing_mail(**mail), a_contact(), Policy(), warm_up_opens=lambda: opens) == answer
