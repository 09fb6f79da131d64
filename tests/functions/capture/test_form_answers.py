"""The answers of capture.form to people, machines and scripts."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from capture.form import Dependencies, serve
from ripen.adapters.playbook import Live
from ripen.adapters.table import keys
from ripen.capture.quarantine import Why
from tests.support.fakes import NOON, FakeQueue
from tests.support.form_posts import EMAIL, RestlessTable, SilentTable, body_of, profile_of, with_page
from tests.support.gateway_events import BROWSER, SITE, a_post, rows


def test_a_honeypot_hit_is_accepted_but_makes_no_lead(dependencies: Dependencies, queue: FakeQueue) -> None:
    answered = serve(a_post(email=EMAIL, website="http://spam.example"), dependencies)
    assert answered["statusCode"] == 202
    (ref,) = rows(dependencies.table)
    assert ref.startswith("quarantine#whitepaper|submission#")
    assert ref.endswith(body_of(answered)["activity"])
    assert queue.woken == []
    assert answered.keys() == serve(a_post(email=EMAIL), dependencies).keys()


def test_a_honeypot_hit_is_quarantined(dependencies: Dependencies) -> None:
    answered = serve(a_post(email=EMAIL, website="x", company="A\x00社"), dependencies)
    row = dependencies.table.get(keys.quarantine("whitepaper", NOON, body_of(answered)["activity"]))
    assert row is not None
    assert row.value.why is Why.HONEYPOT
    assert dict(row.value.answers) == {"email": EMAIL, "website": "x", "company": "A社"}
    item = dependencies.table._client.get_item(
        TableName="table", Key={"pk": {"S": row.key.pk}, "sk": {"S": row.key.sk}}
    )["Item"]
    assert int(item["expires"]["N"]) == int((NOON + timedelta(days=30)).timestamp())
    assert "agenda" not in item


def test_a_honeypot_hit_in_a_browser_sees_the_thank_you_page(dependencies: Dependencies) -> None:
    assert serve(a_post(email="nobody", website="x", headers=BROWSER), dependencies)["statusCode"] == 303


# browsers


def test_a_browser_is_redirected_to_the_thank_you_page_in_its_language(dependencies: Dependencies) -> None:
    answered = serve(a_post(email=EMAIL, lang="en", headers=BROWSER), dependencies)
    assert (answered["statusCode"], answered["headers"]["location"]) == (303, "/pages/thanks?lang=en")
    assert profile_of(dependencies.table).locale == "en"


def test_the_browser_s_language_is_the_default(dependencies: Dependencies) -> None:
    answered = serve(a_post(email=EMAIL, headers=BROWSER | {"accept-language": "en-GB,en"}), dependencies)
    assert answered["headers"]["location"] == "/pages/thanks?lang=en"


def test_a_person_sees_the_page_again_with_errors_and_answers(dependencies: Dependencies) -> None:
    dependencies = replace(dependencies, live=Live(with_page(), SITE))
    answered = serve(
        a_post(
            email="hana<b>", company="㈱サンプル", nonce="n1", utm_source="news", page="whitepaper", headers=BROWSER
        ),
        dependencies,
    )
    assert answered["statusCode"] == 400
    assert answered["headers"]["content-type"].startswith("text/html")
    html = answered["body"]
    assert html.startswith("whitepaper ja: 入力内容をご確認ください。")
    assert "email=hana&lt;b&gt;[メールアドレスの形式が正しくありません。]" in html
    assert "company=㈱サンプル[]" in html
    assert "size=[入力してください。]" in html
    assert "nonce=n1;" in html
    assert "utm_source=news;" in html
    assert "/pages/whitepaper?utm_source=news&amp;lang=en" in html
    assert rows(dependencies.table) == []


def test_the_errors_exist_in_english_too(dependencies: Dependencies) -> None:
    dependencies = replace(dependencies, live=Live(with_page(), SITE))
    html = serve(a_post(email="", lang="en", company="A", headers=BROWSER), dependencies)["body"]
    assert "whitepaper en: Please check what you entered." in html
    assert "email=[This field is required.]" in html


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Please check what you entered."), ("ja", "入力内容をご確認ください。")]
)
def test_page_says_nothing_that_is_written_for_scripts(dependencies: Dependencies, lang: str, said: str) -> None:
    headers = BROWSER | {"accept-language": lang, "content-type": "text/xml"}
    answered = serve(a_post(email=EMAIL, lang=lang, headers=headers), dependencies)
    assert answered["statusCode"] == 415
    assert said in answered["body"]
    assert "content-type" not in answered["body"].lower()


def test_a_script_may_leave_out_required_fields(dependencies: Dependencies) -> None:
    assert serve(a_post(email=EMAIL), replace(dependencies, live=Live(with_page(), SITE)))["statusCode"] == 202


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (a_post("nothing", email=EMAIL, headers=BROWSER), 404),
        (a_post(headers=BROWSER), 400),
        (a_post(email=EMAIL, headers=BROWSER | {"content-type": "text/plain"}), 415),
        (a_post(email=EMAIL, note="x" * 70_000, headers=BROWSER), 413),
    ],
)
def test_a_person_gets_a_page_for_every_error(dependencies: Dependencies, event: dict[str, Any], status: int) -> None:
    answered = serve(event, dependencies)
    assert answered["statusCode"] == status
    assert "<h1>" in answered["body"]
    assert "content-security-policy" in answered["headers"]


def test_an_outage_of_the_table_is_answered_with_503(dependencies: Dependencies) -> None:
    dependencies = replace(
        dependencies, table=SilentTable("table", dependencies.table._client), live=Live(with_page(), SITE)
    )
    answered = serve(a_post(email=EMAIL), dependencies)
    assert (answered["statusCode"], answered["headers"]["retry-after"]) == (503, "60")
    page = serve(a_post(email=EMAIL, size="9", headers=BROWSER), dependencies)
    assert page["statusCode"] == 503
    assert f"email={EMAIL}" in page["body"]


def test_a_submission_that_loses_every_race_is_answered_with_503(dependencies: Dependencies, queue: FakeQueue) -> None:
    answered = serve(
        a_post(email=EMAIL), replace(dependencies, table=RestlessTable("table", dependencies.table._client))
    )
    assert answered["statusCode"] == 503
    assert (rows(dependencies.table), queue.woken) == ([], [])


# bad input
