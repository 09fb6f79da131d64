"""capture.form: a submission is stored once before the answer."""

from base64 import b64encode
from copy import replace
from datetime import timedelta

from capture.form import Dependencies, serve
from ripen.adapters.table import Create, Replace, keys
from ripen.agenda import Lane, shard
from ripen.lead.activity import ConsentProof
from ripen.lead.contact import Contact
from ripen.playbook.retention import Retention
from ripen.tracking.visitor import VisitorPointer
from tests.support.fakes import NOON, FakeQueue
from tests.support.form_posts import EMAIL, SilentQueue, activities, body_of, contact_of, lead_of, profile_of
from tests.support.gateway_events import a_json_post, a_post, an_event, rows


def test_a_first_submission_makes_a_lead_a_contact_and_a_due_activity(
    dependencies: Dependencies, queue: FakeQueue
) -> None:
    answered = serve(
        a_post(email="Hanako＠example.co.jp", last_name="髙﨑", company="㈱サンプル", utm_source="news"), dependencies
    )

    (activity,) = activities(dependencies.table)
    assert (answered["statusCode"], body_of(answered)) == (202, {"activity": activity.id})
    profile = profile_of(dependencies.table)
    assert (profile.email, profile.last_name, profile.company, profile.locale) == (EMAIL, "髙﨑", "㈱サンプル", "ja")
    assert (activity.subject, activity.at, activity.lead) == ("whitepaper", NOON, profile.id)
    assert activity.touch is not None
    assert activity.touch.utm_source == "news"
    assert contact_of(dependencies.table) == Contact(lead=profile.id)
    (due,) = dependencies.table.due(Lane.HOT, shard(profile.id), NOON)
    assert queue.woken == [due.ref] == [keys.activity(profile.id, NOON, activity.id).ref]
    assert len(rows(dependencies.table)) == 5  # pointer, profile, contact, activity, seen


def test_no_key_contains_the_address(dependencies: Dependencies) -> None:
    serve(a_post(email=EMAIL), dependencies)
    assert not any("hanako" in ref for ref in rows(dependencies.table))


def test_urlencoded_multipart_and_json_have_the_same_result(dependencies: Dependencies) -> None:
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
    first = serve(multipart, dependencies)
    assert first["statusCode"] == 202
    assert serve(a_post(email=EMAIL, last_name="山田"), dependencies) == first
    assert serve(a_json_post({"email": EMAIL, "last_name": "山田"}), dependencies) == first
    assert profile_of(dependencies.table).last_name == "山田"


def test_a_known_person_stays_one_lead_and_keeps_blank_fields(dependencies: Dependencies) -> None:
    serve(a_post(email=EMAIL, last_name="山田", company="A社", utm_source="first"), dependencies)
    later = replace(dependencies, now=NOON + timedelta(days=1))
    serve(a_post(email=EMAIL.upper(), last_name="", company="B社", utm_source="second"), later)
    profile = profile_of(dependencies.table)
    assert (profile.last_name, profile.company, len(activities(dependencies.table))) == ("山田", "A社", 2)
    assert profile.typed == {"company": "B社"}
    assert profile.first_touch and profile.lead_touch and profile.last_touch
    assert (profile.first_touch.utm_source, profile.last_touch.utm_source) == ("first", "second")
    assert profile.lead_touch == profile.first_touch


def test_a_form_in_the_visit_of_a_click_in_the_lead_s_mail_replaces_values(dependencies: Dependencies) -> None:
    serve(a_post(email=EMAIL, company="A社"), dependencies)
    browser = VisitorPointer(lead=lead_of(dependencies.table), bound=False)
    dependencies.table.write(Create(keys.visitor_pointer("0123456789abcdef"), browser))
    serve(a_post(email=EMAIL, company="B社", visitor="0123456789abcdef"), dependencies)
    profile = profile_of(dependencies.table)
    assert (profile.company, profile.typed) == ("B社", {})


def test_a_script_without_a_language_changes_none(dependencies: Dependencies) -> None:
    serve(a_post(email=EMAIL, lang="en"), dependencies)
    serve(a_post(email=EMAIL, company="A社"), dependencies)
    assert profile_of(dependencies.table).locale == "en"
    serve(a_post(email=EMAIL, company="B社", headers={"accept-language": "ja"}), dependencies)
    assert profile_of(dependencies.table).locale == "ja"


def test_an_old_address_of_a_phone_company_is_kept(dependencies: Dependencies) -> None:
    assert serve(a_post(email="a..b@docomo.ne.jp"), dependencies)["statusCode"] == 202
    assert profile_of(dependencies.table, "a..b@docomo.ne.jp").email == "a..b@docomo.ne.jp"


def test_a_tick_records_a_consent(dependencies: Dependencies) -> None:
    serve(a_post(email=EMAIL), dependencies)
    assert contact_of(dependencies.table).consent == {}
    serve(a_post(email=EMAIL, consent="on", lang="en", page_url="https://www.example.co.jp/x"), dependencies)
    (given,) = [activity for activity in activities(dependencies.table) if activity.consent]
    hash = dependencies.live.bundle.hash
    assert given.consent == ConsentProof(purpose="marketing", version="1", locale="en", bundle=hash)
    permission = contact_of(dependencies.table).consent["marketing"]
    assert (permission.granted, permission.record) == (True, given.id)


def test_a_stranger_s_tick_lifts_no_unsubscription_and_mails_once(dependencies: Dependencies) -> None:
    table = dependencies.table
    serve(a_post(email=EMAIL), dependencies)
    row = table.get(keys.contact(lead_of(table)))
    assert row is not None
    table.write(Replace(row.key, replace(row.value, unsubscribed=NOON), row.version))
    for number in range(3):
        serve(a_post(email=EMAIL, consent="on", company=f"{number}"), dependencies)
    after = contact_of(table)
    assert (after.unsubscribed, after.consent) == (NOON, {})
    (planned,) = table.under(lead_of(table), "send#")
    assert (planned.value.email, planned.due) == ("confirm-consent", NOON)
    assert not list(table.under(lead_of(table), "consent#"))


def test_a_form_with_double_opt_in_grants_nothing_by_itself(dependencies: Dependencies) -> None:
    bundle = dependencies.live.bundle
    form = replace(bundle.forms["whitepaper"], opt_in="double")
    keep = Retention(mails=730)
    live = replace(dependencies.live, bundle=replace(bundle, forms={"whitepaper": form}, keep=keep))
    serve(a_post(email=EMAIL, consent="on"), replace(dependencies, live=live))
    assert contact_of(dependencies.table).consent == {}
    assert contact_of(dependencies.table).asked is not None
    (planned,) = dependencies.table.under(lead_of(dependencies.table), "send#")
    assert planned.expires == NOON + timedelta(days=730)


def test_a_failed_wake_loses_nothing(dependencies: Dependencies) -> None:
    answered = serve(a_post(email=EMAIL), replace(dependencies, react=SilentQueue()))
    assert answered["statusCode"] == 202
    assert len(dependencies.table.due(Lane.HOT, shard(lead_of(dependencies.table)), NOON)) == 1


# once
