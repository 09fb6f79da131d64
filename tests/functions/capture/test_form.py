"""A form is filled in: kept once, durably, before it is answered; whatever is wrong is said, and nothing is stored."""

import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count as counter
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from capture.form import Desk, serve
from ripen.activity import Activity, Verdict
from ripen.adapters.playbook import Live
from ripen.adapters.table import Change, Conflict, Table, keys
from ripen.address import address_hash
from ripen.agenda import Lane, Ref, shard
from ripen.bundle import Bundle, FormField, Page
from ripen.contact import Contact
from ripen.lead import Profile
from tests.builders import a_bundle
from tests.fakes import NOON, FakeQueue, OneAtATime
from tests.functions.capture.events import BROWSER, KEY, SITE, a_json_post, a_post, an_event, count, rows

EMAIL = "hanako@example.co.jp"


@dataclass
class SilentQueue(FakeQueue):
    """An SQS that is down."""

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessageBatch")


class RestlessTable(Table):
    """Somebody else is always first."""

    def write(self, *changes: Change, token: str = "") -> None:
        raise Conflict((0,))


class SilentTable(Table):
    """A DynamoDB that is down."""

    def get_many(self, keys: Any) -> list[Any]:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "BatchGetItem")


@dataclass
class Ids:
    taken: Any = field(default_factory=lambda: counter(1))

    def __call__(self) -> str:
        return f"{next(self.taken):032x}"


def with_page() -> Bundle:
    bundle = a_bundle()
    source = {
        "*": "{{ page.name }} {{ locale }}: {{ error }}|{% for f in form.fields %}{{ f.name }}={{ f.value }}[{{ f.error }}]"
        "{% endfor %}|{% for h in hidden %}{{ h.name }}={{ h.value }};{% endfor %}|{% for l in languages %}{{ l.url }} {% endfor %}"
    }
    form = changed(
        bundle.forms["whitepaper"],
        fields=(*bundle.forms["whitepaper"].fields, FormField(name="size", label={"ja": "規模"}, required=True)),
    )
    return changed(
        bundle,
        forms={"whitepaper": form},
        pages={
            "other": Page(name="other", title={"ja": "他"}, source={"*": "other"}),
            "whitepaper": Page(name="whitepaper", title={"ja": "資料"}, source=source, form="whitepaper"),
        },
    )


@pytest.fixture
def desk(table: Table, queue: FakeQueue) -> Desk:
    return Desk(table, queue, Live(a_bundle(), SITE), KEY, NOON, Ids())


def lead_of(table: Table, email: str = EMAIL) -> str:
    row = table.get(keys.address(address_hash(KEY, email)))
    assert row is not None
    return row.value.lead


def profile_of(table: Table, email: str = EMAIL) -> Profile:
    row = table.get(keys.profile(lead_of(table, email)))
    assert row is not None
    return row.value


def contact_of(table: Table) -> Contact:
    row = table.get(keys.contact(lead_of(table)))
    assert row is not None
    return row.value


def activities(table: Table, email: str = EMAIL) -> list[Activity]:
    return [row.value for row in table.under(lead_of(table, email), "activity#")]


def told(answered: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = json.loads(answered["body"])
    return found


# what is kept


def test_a_first_submission_makes_a_lead_its_contact_and_one_activity_due_now(desk: Desk, queue: FakeQueue) -> None:
    answered = serve(
        a_post(email="Hanako＠example.co.jp", last_name="髙﨑", company="㈱サンプル", utm_source="news"), desk
    )

    (activity,) = activities(desk.table)
    assert (answered["statusCode"], told(answered)) == (202, {"activity": activity.id})
    profile = profile_of(desk.table)
    assert (profile.email, profile.last_name, profile.company, profile.locale) == (EMAIL, "髙﨑", "㈱サンプル", "ja")
    assert (activity.subject, activity.at, activity.lead) == ("whitepaper", NOON, profile.id)
    assert activity.touch is not None
    assert activity.touch.utm_source == "news"
    assert contact_of(desk.table) == Contact(lead=profile.id)
    (due,) = desk.table.due(Lane.HOT, shard(profile.id), NOON)
    assert queue.woken == [due.ref] == [keys.activity(profile.id, NOON, activity.id).ref]
    assert len(rows(desk.table)) == 5  # pointer, profile, contact, activity, seen


def test_no_row_is_found_by_the_address_itself(desk: Desk) -> None:
    serve(a_post(email=EMAIL), desk)
    assert not any("hanako" in ref for ref in rows(desk.table))


def test_urlencoded_multipart_and_json_are_the_same(desk: Desk) -> None:
    multipart = an_event(
        "POST",
        "/forms/whitepaper",
        {"form": "whitepaper"},
        headers={"content-type": "multipart/form-data; boundary=x"},
        body=b64encode(
            f'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n{EMAIL}\r\n'
            '--x\r\nContent-Disposition: form-data; name="last_name"\r\n\r\n山田\r\n--x--\r\n'.encode()
        ).decode(),
        encoded=True,
    )
    first = serve(multipart, desk)
    assert first["statusCode"] == 202
    assert serve(a_post(email=EMAIL, last_name="山田"), desk) == first
    assert serve(a_json_post({"email": EMAIL, "last_name": "山田"}), desk) == first
    assert profile_of(desk.table).last_name == "山田"


def test_the_same_person_stays_one_lead_and_keeps_what_is_left_blank(desk: Desk) -> None:
    serve(a_post(email=EMAIL, last_name="山田", company="A社", utm_source="first"), desk)
    later = replace(desk, now=NOON + timedelta(days=1))
    serve(a_post(email=EMAIL.upper(), last_name="", company="B社", utm_source="second"), later)
    profile = profile_of(desk.table)
    assert (profile.last_name, profile.company, len(activities(desk.table))) == ("山田", "B社", 2)
    assert profile.first_touch and profile.lead_touch and profile.last_touch
    assert (profile.first_touch.utm_source, profile.last_touch.utm_source) == ("first", "second")
    assert profile.lead_touch == profile.first_touch


def test_a_script_that_says_no_language_changes_none(desk: Desk) -> None:
    serve(a_post(email=EMAIL, lang="en"), desk)
    serve(a_post(email=EMAIL, company="A社"), desk)
    assert profile_of(desk.table).locale == "en"
    serve(a_post(email=EMAIL, company="B社", headers={"accept-language": "ja"}), desk)
    assert profile_of(desk.table).locale == "ja"


def test_an_old_address_of_a_phone_company_is_kept(desk: Desk) -> None:
    assert serve(a_post(email="a..b@docomo.ne.jp"), desk)["statusCode"] == 202
    assert profile_of(desk.table, "a..b@docomo.ne.jp").email == "a..b@docomo.ne.jp"


def test_a_tick_is_a_consent_with_its_proof_and_ends_an_unsubscription(desk: Desk) -> None:
    serve(a_post(email=EMAIL), desk)
    assert contact_of(desk.table).consent == {}
    serve(a_post(email=EMAIL, consent="on", lang="en", page_url="https://www.example.co.jp/x"), desk)
    (record,) = [row.value for row in desk.table.under(lead_of(desk.table), "consent#")]
    assert (record.wording, record.version, record.source) == ("Send me news", "1", "form:whitepaper")
    permission = contact_of(desk.table).consent["marketing"]
    assert (permission.granted, permission.record) == (True, record.id)


def test_a_failed_wake_loses_nothing(desk: Desk) -> None:
    answered = serve(a_post(email=EMAIL), replace(desk, react=SilentQueue()))
    assert answered["statusCode"] == 202
    assert len(desk.table.due(Lane.HOT, shard(lead_of(desk.table)), NOON)) == 1


# once


def test_a_nonce_counts_once_even_after_days(desk: Desk, queue: FakeQueue) -> None:
    first = serve(a_post(email=EMAIL, nonce="n1"), desk)
    again = serve(a_post(email=EMAIL, nonce="n1", company="A社"), replace(desk, now=NOON + timedelta(days=5)))
    assert told(again) == told(first)
    assert len(activities(desk.table)) == len(queue.woken) == 1


def test_who_goes_back_and_corrects_the_address_is_not_lost(desk: Desk) -> None:
    serve(a_post(email="hanak@example.co.jp", nonce="n1"), desk)
    serve(a_post(email=EMAIL, nonce="n1"), desk)
    assert len(activities(desk.table)) == 1
    assert len(activities(desk.table, "hanak@example.co.jp")) == 1


def test_an_idempotency_key_counts_once(desk: Desk) -> None:
    headers = {"idempotency-key": "k1"}
    first = serve(a_json_post({"email": EMAIL}, headers), desk)
    again = serve(a_json_post({"email": EMAIL, "company": "A社"}, headers), replace(desk, now=NOON + timedelta(days=1)))
    assert (again["statusCode"], told(again)) == (202, told(first))
    assert len(activities(desk.table)) == 1


def test_an_idempotency_key_of_someone_else_is_refused(desk: Desk) -> None:
    serve(a_json_post({"email": EMAIL}, {"idempotency-key": "k1"}), desk)
    before = rows(desk.table)
    answered = serve(a_json_post({"email": "taro@example.co.jp"}, {"idempotency-key": "k1"}), desk)
    assert (answered["statusCode"], told(answered)["field"]) == (422, "idempotency-key")
    assert rows(desk.table) == before


@pytest.mark.parametrize("key", ["\x00", "x" * 256, "\ud800"])
def test_an_idempotency_key_that_is_none_is_refused(desk: Desk, key: str) -> None:
    assert serve(a_json_post({"email": EMAIL}, {"idempotency-key": key}), desk)["statusCode"] == 400
    assert rows(desk.table) == []


@pytest.mark.parametrize(("seconds", "kept"), [(0, 1), (599, 1), (600, 1), (601, 2), (4000, 2)])
def test_the_same_content_is_the_same_submission_for_ten_minutes(desk: Desk, seconds: int, kept: int) -> None:
    serve(a_post(email=EMAIL, company="A社"), desk)
    again = serve(a_post(email=EMAIL, company="A社"), replace(desk, now=NOON + timedelta(seconds=seconds)))
    assert (again["statusCode"], len(activities(desk.table))) == (202, kept)


def test_other_content_within_ten_minutes_is_another_submission(desk: Desk) -> None:
    serve(a_post(email=EMAIL, company="A社"), desk)
    serve(a_post(email=EMAIL, company="B社"), desk)
    assert len(activities(desk.table)) == 2


def test_twenty_at_the_same_moment_make_one_activity(desk: Desk, queue: FakeQueue) -> None:
    desk = replace(desk, table=OneAtATime("table", desk.table._client))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: serve(a_post(email=EMAIL, nonce="n1", consent="on"), desk), range(20)))
    assert {answered["statusCode"] for answered in answers} == {202}
    assert len({answered["body"] for answered in answers}) == 1
    assert len(activities(desk.table)) == len(queue.woken) == 1
    assert count(desk.table, "profile") == count(desk.table, "consent#") == 1


def test_different_submissions_of_one_person_at_the_same_moment_are_all_kept(desk: Desk) -> None:
    desk = replace(desk, table=OneAtATime("table", desk.table._client))
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda n: serve(a_post(email=EMAIL, nonce=f"n{n}"), desk), range(3)))
    assert {answered["statusCode"] for answered in answers} == {202}
    assert len(activities(desk.table)) == 3
    assert count(desk.table, "profile") == 1


# the honeypot


def test_a_machine_is_answered_as_if_all_were_well_but_is_no_lead(desk: Desk, queue: FakeQueue) -> None:
    answered = serve(a_post(email=EMAIL, website="http://spam.example"), desk)
    assert answered["statusCode"] == 202
    (ref,) = rows(desk.table)
    assert ref.startswith("quarantine#whitepaper|activity#")
    assert ref.endswith(told(answered)["activity"])
    assert queue.woken == []
    assert answered.keys() == serve(a_post(email=EMAIL), desk).keys()


def test_what_a_machine_sent_is_kept_for_a_person_to_release(desk: Desk) -> None:
    answered = serve(a_post(email=EMAIL, website="x", company="A社", bad="\x00"), desk)
    row = desk.table.get(keys.quarantine("whitepaper", NOON, told(answered)["activity"]))
    assert row is not None
    assert row.value.verdict is Verdict.MACHINE
    assert row.value.facts == {"email": EMAIL, "website": "x", "company": "A社"}
    item = desk.table._client.get_item(TableName="table", Key={"pk": {"S": row.key.pk}, "sk": {"S": row.key.sk}})[
        "Item"
    ]
    assert int(item["expires"]["N"]) == int((NOON + timedelta(days=30)).timestamp())
    assert "agenda" not in item


def test_a_machine_in_a_browser_sees_the_thank_you_page(desk: Desk) -> None:
    assert serve(a_post(email="nobody", website="x", headers=BROWSER), desk)["statusCode"] == 303


# browsers


def test_a_browser_is_sent_to_the_thank_you_page_in_its_language(desk: Desk) -> None:
    answered = serve(a_post(email=EMAIL, lang="en", headers=BROWSER), desk)
    assert (answered["statusCode"], answered["headers"]["location"]) == (303, "/pages/thanks?lang=en")
    assert profile_of(desk.table).locale == "en"


def test_the_language_is_the_browsers_where_none_is_asked_for(desk: Desk) -> None:
    answered = serve(a_post(email=EMAIL, headers=BROWSER | {"accept-language": "en-GB,en"}), desk)
    assert answered["headers"]["location"] == "/pages/thanks?lang=en"


def test_a_person_sees_the_page_again_with_what_was_wrong_and_what_was_typed(desk: Desk) -> None:
    desk = replace(desk, live=Live(with_page(), SITE))
    answered = serve(
        a_post(
            email="hana<b>", company="㈱サンプル", nonce="n1", utm_source="news", page="whitepaper", headers=BROWSER
        ),
        desk,
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
    assert rows(desk.table) == []


def test_the_page_speaks_english_too(desk: Desk) -> None:
    desk = replace(desk, live=Live(with_page(), SITE))
    html = serve(a_post(email="", lang="en", company="A", headers=BROWSER), desk)["body"]
    assert "whitepaper en: Please check what you entered." in html
    assert "email=[This is needed.]" in html


def test_a_script_may_leave_out_what_a_page_asks_for(desk: Desk) -> None:
    assert serve(a_post(email=EMAIL), replace(desk, live=Live(with_page(), SITE)))["statusCode"] == 202


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (a_post("nothing", email=EMAIL, headers=BROWSER), 404),
        (a_post(headers=BROWSER), 400),
        (a_post(email=EMAIL, headers=BROWSER | {"content-type": "text/plain"}), 415),
        (a_post(email=EMAIL, note="x" * 70_000, headers=BROWSER), 413),
    ],
)
def test_a_person_gets_a_page_whatever_is_wrong(desk: Desk, event: dict[str, Any], status: int) -> None:
    answered = serve(event, desk)
    assert answered["statusCode"] == status
    assert "<h1>" in answered["body"]
    assert "content-security-policy" in answered["headers"]


def test_when_the_table_is_down_people_and_scripts_are_told_to_try_again(desk: Desk) -> None:
    desk = replace(desk, table=SilentTable("table", desk.table._client), live=Live(with_page(), SITE))
    answered = serve(a_post(email=EMAIL), desk)
    assert (answered["statusCode"], answered["headers"]["retry-after"]) == (503, "60")
    page = serve(a_post(email=EMAIL, size="9", headers=BROWSER), desk)
    assert page["statusCode"] == 503
    assert f"email={EMAIL}" in page["body"]


def test_who_never_gets_a_turn_is_told_to_try_again(desk: Desk, queue: FakeQueue) -> None:
    answered = serve(a_post(email=EMAIL), replace(desk, table=RestlessTable("table", desk.table._client)))
    assert answered["statusCode"] == 503
    assert (rows(desk.table), queue.woken) == ([], [])


# bad input


@pytest.mark.parametrize(
    ("event", "status", "wrong"),
    [
        (a_post("nothing", email=EMAIL), 404, ""),
        (a_post("../whitepaper", email=EMAIL), 404, ""),
        (a_post(), 400, "email"),
        (a_post(email="nobody"), 400, "email"),
        (a_post(email=EMAIL + "\r\nBcc: x@example.com"), 400, "email"),
        (a_post(email=EMAIL, company="\x00"), 400, "company"),
        (a_post(email=EMAIL, last_name="x" * 201), 400, "last_name"),
        (a_post(email=EMAIL, headers={"content-type": "text/xml"}), 415, ""),
        (a_post(email=EMAIL, note="x" * 1_000_000), 413, ""),
        (a_json_post({"email": [EMAIL]}), 400, "email"),
        (a_json_post({"email": {"$ne": ""}}), 400, "email"),
        (a_json_post({"email": None}), 400, "email"),
        (a_json_post({"email": "\ud800@example.com"}), 400, "email"),
        (a_json_post({"email": EMAIL, "\ud800": []}), 400, "\ud800"),
        (a_json_post([EMAIL]), 400, ""),
    ],
)
def test_bad_input_is_told_what_is_wrong_and_stores_nothing(
    desk: Desk, event: dict[str, Any], status: int, wrong: str
) -> None:
    answered = serve(event, desk)
    assert (answered["statusCode"], told(answered)["field"]) == (status, wrong)
    assert told(answered)["error"]
    assert rows(desk.table) == []


def test_a_body_whose_base64_is_none_is_refused(desk: Desk) -> None:
    assert serve(a_post(email=EMAIL) | {"body": "é", "isBase64Encoded": True}, desk)["statusCode"] == 400


def test_liquid_and_markup_in_a_name_stay_text(desk: Desk) -> None:
    desk = replace(desk, live=Live(with_page(), SITE))
    html = serve(a_post(email="x", company="{{ 7 | times: 7 }}<script>", headers=BROWSER), desk)["body"]
    assert "{{ 7 | times: 7 }}&lt;script&gt;" in html


# other sites


def test_a_site_that_the_form_lists_may_post_and_read_the_answer(desk: Desk) -> None:
    origin = "https://www.example.co.jp"
    asked = serve(an_event("OPTIONS", "/forms/whitepaper", {"form": "whitepaper"}, headers={"origin": origin}), desk)
    assert asked["statusCode"] == 204
    assert asked["headers"]["access-control-allow-origin"] == origin
    assert "POST" in asked["headers"]["access-control-allow-methods"]
    assert "idempotency-key" in asked["headers"]["access-control-allow-headers"]
    for fields, status in (({"email": EMAIL}, 202), ({"email": "x"}, 400)):
        answered = serve(a_post(headers={"origin": origin}, **fields), desk)
        assert answered["statusCode"] == status
        assert answered["headers"]["access-control-allow-origin"] == origin
        assert answered["headers"]["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://www.example.co.jp.evil.example", "http://www.example.co.jp"]
)
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_any_other_site_may_not(desk: Desk, origin: str, method: str) -> None:
    event = a_post(email=EMAIL, headers={"origin": origin})
    event["requestContext"]["http"]["method"] = method
    answered = serve(event, desk)
    assert answered["statusCode"] == 403
    assert "access-control-allow-origin" not in answered["headers"]
    assert rows(desk.table) == []


@pytest.mark.parametrize("origin", [SITE, "http://go.example.jp"])
def test_our_own_pages_may_post(desk: Desk, origin: str) -> None:
    answered = serve(a_post(email=EMAIL, headers=BROWSER | {"origin": origin}), desk)
    assert answered["statusCode"] == 303


# whatever comes

TEXT = st.text(max_size=30)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["content-type", "accept", "origin", "idempotency-key", "accept-language", "referer", "host", "x-other"]
    ),
    TEXT
    | st.sampled_from(
        [
            "text/html",
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "https://www.example.co.jp",
        ]
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["email", "company", "a"]) | TEXT, inner, max_size=3)
    ),
    max_leaves=8,
)
BODIES = (
    st.binary(max_size=300).map(lambda raw: (b64encode(raw).decode(), True))
    | JSON.map(lambda content: (json.dumps(content), False))
    | st.text(max_size=300).map(lambda text: (text, False))
    | st.dictionaries(st.sampled_from(["email", "company", "consent", "website"]), TEXT).map(
        lambda fields: (
            b64encode("&".join(f"{k}={v}" for k, v in fields.items()).encode("utf-8", "ignore")).decode(),
            True,
        )
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    BODIES, HEADERS, st.sampled_from(["whitepaper", "nothing", ""]) | TEXT, st.sampled_from(["POST", "OPTIONS", "GET"])
)
def test_nothing_that_comes_is_answered_with_500_or_becomes_a_lead_by_chance(
    desk: Desk, body: tuple[str, bool], headers: dict[str, str], form: str, method: str
) -> None:
    event = an_event(method, f"/forms/{form}", {"form": form}, headers=headers, body=body[0], encoded=body[1])
    answered = serve(event, replace(desk, live=Live(with_page(), SITE)))
    assert answered["statusCode"] in (202, 204, 303, 400, 403, 404, 413, 415)
    json.dumps(answered).encode()
    answered["body"].encode()
    assert not [ref for ref in rows(desk.table) if not ref.startswith("quarantine#")]
