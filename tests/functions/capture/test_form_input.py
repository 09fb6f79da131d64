"""Bad input and foreign sites get a reason and change nothing; never a 500."""

import json
from base64 import b64encode
from copy import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.form import Dependencies, serve
from ripen.adapters.playbook import Live
from ripen.lead.activity import Activity, decisions_inside
from ripen.playbook.bundle import FormField
from tests.support.form_posts import EMAIL, activities, body_of, profile_of, with_page
from tests.support.gateway_events import BROWSER, SITE, a_json_post, a_post, an_event, rows


@pytest.mark.parametrize(
    ("event", "status", "wrong"),
    [
        (a_post("nothing", email=EMAIL), 404, ""),
        (a_post("../whitepaper", email=EMAIL), 404, ""),
        (a_post(), 400, "email"),
        (a_post(email="nobody"), 400, "email"),
        (a_post(email=EMAIL + "\r\nBcc: x@example.com"), 400, "email"),
        (a_post(email=EMAIL, headers={"content-type": "text/xml"}), 415, ""),
        (a_post(email=EMAIL, note="x" * 1_000_000), 413, ""),
        (a_json_post({"email": []}), 400, "email"),
        (a_json_post({"email": [[EMAIL], {"$ne": ""}]}), 400, "email"),
        (a_json_post({"email": {"$ne": ""}}), 400, "email"),
        (a_json_post({"email": None}), 400, "email"),
        (a_json_post({"email": "\ud800@example.com"}), 400, "email"),
        (a_json_post([EMAIL]), 400, ""),
    ],
)
def test_bad_input_gets_a_reason_and_stores_nothing(
    dependencies: Dependencies, event: dict[str, Any], status: int, wrong: str
) -> None:
    answered = serve(event, dependencies)
    assert (answered["statusCode"], body_of(answered)["field"]) == (status, wrong)
    assert body_of(answered)["error"]
    assert rows(dependencies.table) == []


def only_activity(dependencies: Dependencies) -> Activity:
    (activity,) = activities(dependencies.table)
    return activity


ODD = [
    (a_post(email=EMAIL, job_title=["IT", "Sales"]), "job_title", "IT, Sales", "joined"),
    (a_json_post({"email": [EMAIL], "job_title": ["IT", "Sales"]}), "job_title", "IT, Sales", "joined"),
    (a_post(email=EMAIL, job_title=["IT", "Sales"], headers=BROWSER), "job_title", "IT, Sales", "joined"),
    (a_post(email=EMAIL, company="\x00"), "company", "", "cleaned"),
    (a_json_post({"email": EMAIL, "company": {"$ne": ""}, "\ud800": [{}]}), "company", "", "cleaned"),
    (a_post(email=EMAIL, last_name="x" * 201), "last_name", "x" * 200, "cut"),
    (a_post(email=EMAIL, size="XL", headers=BROWSER), "company", "", "left out"),
]


@pytest.mark.parametrize(("event", "field", "kept", "noted"), ODD)
def test_odd_value_loses_no_lead_and_is_noted(
    dependencies: Dependencies, event: dict[str, Any], field: str, kept: str, noted: str
) -> None:
    form = dependencies.live.bundle.forms["whitepaper"]
    size = FormField(name="size", type="select", label={}, options=({"ja": "小"},), values=("small",))
    bundle = replace(
        dependencies.live.bundle, pages={}, forms={"whitepaper": replace(form, fields=(*form.fields, size))}
    )

    answered = serve(event, replace(dependencies, live=Live(bundle, SITE)))

    assert answered["statusCode"] in (202, 303)
    assert getattr(profile_of(dependencies.table), field) == kept
    assert [decision.outcome for decision in decisions_inside(only_activity(dependencies))] == [noted]


@pytest.mark.parametrize(
    "event",
    [
        a_post(email=EMAIL, consent=["0", "1"]),
        a_post(email=EMAIL, consent=["1", "0"], headers=BROWSER),
        a_json_post({"email": EMAIL, "consent": [True, False]}),
        a_json_post({"email": EMAIL, "consent": {"granted": True}}),
        a_json_post({"email": [EMAIL, "taro@example.co.jp"], "consent": True}),
    ],
)
def test_doubtful_consent_is_none(dependencies: Dependencies, event: dict[str, Any]) -> None:
    assert serve(event, dependencies)["statusCode"] in (202, 303)
    activity = only_activity(dependencies)
    assert activity.consent is None
    assert "consent" in [decision.subject for decision in decisions_inside(activity)]


def test_a_body_with_malformed_base64_is_refused(dependencies: Dependencies) -> None:
    assert serve(a_post(email=EMAIL) | {"body": "é", "isBase64Encoded": True}, dependencies)["statusCode"] == 400


def test_liquid_and_markup_in_a_name_stay_text(dependencies: Dependencies) -> None:
    dependencies = replace(dependencies, live=Live(with_page(), SITE))
    html = serve(a_post(email="x", company="{{ 7 | times: 7 }}<script>", headers=BROWSER), dependencies)["body"]
    assert "{{ 7 | times: 7 }}&lt;script&gt;" in html


# other sites


def test_a_listed_site_may_post_and_read_the_answer(dependencies: Dependencies) -> None:
    origin = "https://www.example.co.jp"
    asked = serve(
        an_event("OPTIONS", "/forms/whitepaper", {"form": "whitepaper"}, headers={"origin": origin}), dependencies
    )
    assert asked["statusCode"] == 204
    assert asked["headers"]["access-control-allow-origin"] == origin
    assert "POST" in asked["headers"]["access-control-allow-methods"]
    assert "idempotency-key" in asked["headers"]["access-control-allow-headers"]
    for fields, status in (({"email": EMAIL}, 202), ({"email": "x"}, 400)):
        answered = serve(a_post(headers={"origin": origin}, **fields), dependencies)
        assert answered["statusCode"] == status
        assert answered["headers"]["access-control-allow-origin"] == origin
        assert answered["headers"]["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://www.example.co.jp.evil.example", "http://www.example.co.jp"]
)
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_an_unlisted_site_may_not_post(dependencies: Dependencies, origin: str, method: str) -> None:
    event = a_post(email=EMAIL, headers={"origin": origin})
    event["requestContext"]["http"]["method"] = method
    answered = serve(event, dependencies)
    assert answered["statusCode"] == 403
    assert "access-control-allow-origin" not in answered["headers"]
    assert rows(dependencies.table) == []


@pytest.mark.parametrize("origin", [SITE, "http://go.example.jp"])
def test_our_own_pages_may_post(dependencies: Dependencies, origin: str) -> None:
    answered = serve(a_post(email=EMAIL, headers=BROWSER | {"origin": origin}), dependencies)
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
def test_no_input_causes_a_500_or_an_accidental_lead(
    dependencies: Dependencies, body: tuple[str, bool], headers: dict[str, str], form: str, method: str
) -> None:
    event = an_event(method, f"/forms/{form}", {"form": form}, headers=headers, body=body[0], encoded=body[1])
    answered = serve(event, replace(dependencies, live=Live(with_page(), SITE)))
    assert answered["statusCode"] in (202, 204, 303, 400, 403, 404, 413, 415)
    json.dumps(answered).encode()
    answered["body"].encode()
    assert not [ref for ref in rows(dependencies.table) if not ref.startswith("quarantine#")]
