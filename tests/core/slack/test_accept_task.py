"""The Task after a press of Accept: a name in its subject, today, and urgent."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ripen.crm.ownership import Acceptance
from ripen.crm.upsert import Task
from ripen.slack.accept_task import accept_task
from tests.core.slack.test_press_course import a_press
from tests.support.builders import a_lead

JANE: dict[str, Any] = {"last_name": "Smith", "first_name": "Jane", "company": "Acme"}


def a_task(
    course: Acceptance = Acceptance.TAKE_OVER,
    kind: str = "hot",
    locale: str = "ja",
    at: str = "2026-11-30T03:00",
    **lead: Any,
) -> Task:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return accept_task(a_press(), a_lead(**lead), kind, course, "Alice Sato", now, locale, "Asia/Tokyo")


@pytest.mark.parametrize(
    ("course", "kind", "ja", "en"),
    [
        (
            Acceptance.TAKE_OVER,
            "hot",
            "要連絡: 山田 花子 様（株式会社サンプル）がホットになりました",
            "Call: Jane Smith of Acme turned hot",
        ),
        (
            Acceptance.STAY,
            "contact request",
            "要連絡: 山田 花子 様（株式会社サンプル）から問い合わせがありました",
            "Call: Jane Smith of Acme asks to be contacted",
        ),
        (
            Acceptance.STAY,
            "hand-off",
            "要連絡: 山田 花子 様（株式会社サンプル）が営業に引き渡されました",
            "Call: Jane Smith of Acme was handed off to sales",
        ),
        (
            Acceptance.ASK_OWNER,
            "hot",
            "山田 花子 様（株式会社サンプル）がホットになりました。Alice Sato さんが相談したいとのことです",
            "Jane Smith of Acme turned hot; Alice Sato would like to speak with you",
        ),
    ],
)
def test_the_subject_names_the_person_and_the_reason(course: Acceptance, kind: str, ja: str, en: str) -> None:
    assert a_task(course, kind).subject == ja
    assert a_task(course, kind, "en", **JANE).subject == en


@pytest.mark.parametrize(
    ("known", "lead"),
    [
        ({"company": ""}, "Jane Smith"),
        ({"last_name": "", "first_name": ""}, "Acme"),
        ({"last_name": "", "first_name": "", "company": " "}, "hanako@example.co.jp"),
    ],
)
def test_a_lead_is_named_as_far_as_it_is_known(known: dict[str, Any], lead: str) -> None:
    assert a_task(locale="en", **(JANE | known)).subject == f"Call: {lead} turned hot"


@pytest.mark.parametrize(
    ("at", "due"), [("2026-11-30T14:59:59", date(2026, 11, 30)), ("2026-11-30T15:00", date(2026, 12, 1))]
)
def test_the_task_is_urgent_and_due_today_in_the_time_zone_of_the_brand(at: str, due: date) -> None:
    task = a_task(at=at)

    assert (task.due, task.urgent) == (due, True)
