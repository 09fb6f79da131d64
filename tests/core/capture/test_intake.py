"""The rows of a submission: the newest values, nothing blanked, a consent with its record."""

from collections.abc import Collection
from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ripen.capture.intake import Intake, NewIds, build_intake
from ripen.capture.submission import NAME_TO_REVIEW, Submission
from ripen.lead.activity import ConsentProof
from ripen.lead.contact import Contact, Permission
from ripen.lead.lead import Profile, Touch
from ripen.playbook.bundle import Consent
from tests.support.builders import a_lead
from tests.support.fakes import NOON

IDS = NewIds(lead="lead1", activity="activity9")
LATER = NOON + timedelta(days=1)
WORDING = Consent(version="2", text={"ja": "受け取る", "en": "Send me news"})


def a_submission(**changes: Any) -> Submission:
    known: dict[str, Any] = {
        "form": "whitepaper",
        "email": "hanako@example.co.jp",
        "locale": "ja",
        "touch": Touch(at=LATER, utm_source="second", url="https://www.example.jp/p"),
    }
    return Submission(**(known | changes))


def taken(
    submission: Submission,
    profile: Profile | None = None,
    contact: Contact | None = None,
    wording: Consent | None = WORDING,
    *,
    proven: bool = False,
    timed: Collection[str] = (),
) -> Intake:
    return build_intake(
        submission, profile, contact, wording=wording, bundle="hash1", ids=IDS, now=LATER, proven=proven, timed=timed
    )


def test_all_three_touches_of_a_new_lead_are_the_same() -> None:
    profile = taken(a_submission(fields={"last_name": "山田"})).profile
    assert (profile.id, profile.created, profile.last_name, profile.first_name) == ("lead1", LATER, "山田", "")
    assert profile.first_touch == profile.lead_touch == profile.last_touch == a_submission().touch


def test_a_stranger_fills_in_blanks_and_replaces_nothing() -> None:
    known = a_lead(company="A社", department="", attributes={"budget": "1"})
    given = a_submission(fields={"company": "B社", "department": "営業"}, attributes={"budget": "2", "size": "9"})
    profile = taken(given, known).profile
    assert (profile.company, profile.department) == ("A社", "営業")
    assert profile.attributes == {"budget": "1", "size": "9"}
    assert profile.typed == {"company": "B社", "budget": "2"}


def test_the_time_of_a_value_is_kept_where_the_crm_asks_for_it() -> None:
    given = a_submission(fields={"job_title": "部長"}, attributes={"budget": "2"})
    lead = taken(given, timed={"job_title", "budget", "size"}).profile
    assert lead.given_at == {"job_title": LATER, "budget": LATER}
    assert taken(given).profile.given_at == {}


@pytest.mark.parametrize(
    ("proven", "title", "known_at", "at"),
    [
        (True, "課長", LATER - timedelta(days=1), LATER),
        (False, "部長", LATER - timedelta(days=1), LATER),
        (False, "課長", LATER - timedelta(days=1), LATER - timedelta(days=1)),
        (True, "課長", LATER + timedelta(days=1), LATER + timedelta(days=1)),
    ],
    ids=["changed", "said again", "a stranger's", "an older form"],
)
def test_the_time_of_a_value_is_that_of_the_latest_form_that_gave_it(
    proven: bool, title: str, known_at: datetime, at: datetime
) -> None:
    known = a_lead(job_title="部長", given_at={"job_title": known_at})
    given = a_submission(fields={"job_title": title})
    assert taken(given, known, proven=proven, timed={"job_title"}).profile.given_at == {"job_title": at}


def test_the_activity_has_the_values_that_the_lead_got_by_it() -> None:
    known = a_lead(company="A社", department="", attributes={"budget": "1"})
    given = a_submission(fields={"company": "B社", "department": "営業"}, attributes={"budget": "2", "size": "9"})
    assert taken(given, known).activity.values == {"department": "営業", "size": "9"}
    assert taken(given, known, proven=True).activity.values == {
        "company": "B社",
        "department": "営業",
        "budget": "2",
        "size": "9",
    }


def test_the_oldest_answers_go_where_all_are_too_long_for_a_row() -> None:
    profile = a_lead()
    for number in range(8):
        touch = Touch(at=NOON + timedelta(hours=number))
        sent = a_submission(form=f"form{number}", attributes={"message": "長" * 5000}, touch=touch)
        profile = taken(sent, profile).profile
    assert [each.form for each in profile.answers] == [f"form{number}" for number in (7, 6, 5, 4, 3, 2)]
    huge = a_submission(form="huge", attributes={"message": "長" * 40_000}, touch=Touch(at=NOON + timedelta(days=1)))
    assert [each.form for each in taken(huge, profile).profile.answers] == ["huge"]


def test_answers_of_the_latest_submission_of_each_form_are_kept_as_sent() -> None:
    # given a message by a browser that nobody has proven, and another one by another
    sent = a_submission(fields={"last_name": "山田"}, attributes={"message": "1つ目", NAME_TO_REVIEW: "山田花子"})
    first = taken(sent, a_lead()).profile
    again = taken(
        a_submission(attributes={"message": "2つ目"}, touch=Touch(at=LATER + timedelta(days=1))), first
    ).profile
    assert [(each.form, each.values) for each in first.answers] == [("whitepaper", {"message": "1つ目"})]
    assert [each.values for each in again.answers] == [{"message": "2つ目"}]
    # then an older one and one without answers change nothing, and another form is kept beside it, the latest first
    assert taken(a_submission(attributes={"message": "遅い"}), again).profile.answers == again.answers
    assert taken(a_submission(touch=Touch(at=LATER + timedelta(days=1))), again).profile.answers == again.answers
    other = taken(a_submission(form="contact", attributes={"size": "9"}), again).profile
    assert [each.form for each in other.answers] == ["whitepaper", "contact"]


def test_an_answer_of_the_entry_is_the_newest_one() -> None:
    entry = {"webinar_date": "2027-01-21"}
    profile = taken(
        a_submission(attributes=entry, entry=entry), a_lead(attributes={"webinar_date": "2026-12-10"})
    ).profile
    assert (profile.attributes, profile.typed) == (entry, {})


def test_a_known_lead_gets_new_values_in_its_own_browser_and_loses_none() -> None:
    first = Touch(at=NOON, utm_source="first")
    known = a_lead(first_touch=first, lead_touch=first, last_touch=first, attributes={"budget": "1", "size": "9"})
    given = a_submission(fields={"company": "新会社"}, attributes={"budget": "2"}, locale="en")
    profile = taken(given, known, proven=True).profile
    assert (profile.company, profile.last_name, profile.phone, profile.locale) == (
        "新会社",
        "山田",
        "+81312345678",
        "en",
    )
    assert profile.attributes == {"budget": "2", "size": "9"}
    assert (profile.first_touch, profile.lead_touch) == (first, first)
    assert profile.last_touch == a_submission().touch
    assert profile.created == NOON


def test_a_guessed_language_does_not_change_a_known_lead() -> None:
    guess = a_submission(locale="ja", guessed=True)
    assert taken(guess, a_lead(locale="en")).profile.locale == "en"
    assert taken(replace(guess, locale="en")).profile.locale == "en"


def test_a_late_submission_does_not_move_the_last_touch_back() -> None:
    newest = Touch(at=LATER + timedelta(days=1), utm_source="newest")
    assert taken(a_submission(), a_lead(last_touch=newest)).profile.last_touch == newest


def test_an_unsplit_name_does_not_replace_a_split_one() -> None:
    unsplit = a_submission(fields={"last_name": "山田花子"}, attributes={NAME_TO_REVIEW: "山田花子"})
    profile = taken(unsplit, a_lead()).profile
    assert (profile.last_name, profile.first_name) == ("山田", "花子")


def test_a_name_given_in_two_fields_ends_the_review() -> None:
    profile = taken(
        a_submission(fields={"last_name": "山田", "first_name": "花子"}),
        a_lead(last_name="山田花子", first_name="", attributes={NAME_TO_REVIEW: "山田花子"}),
        proven=True,
    ).profile
    assert NAME_TO_REVIEW not in profile.attributes


def test_the_activity_names_the_form_and_the_source() -> None:
    activity = taken(a_submission(page="whitepaper")).activity
    assert (activity.id, activity.lead, activity.subject) == ("activity9", "lead1", "whitepaper")
    assert (activity.at, activity.received) == (LATER, LATER)
    assert activity.facts == {"source": "form", "page": "whitepaper"}
    assert "hanako" not in str(activity)


def test_the_first_submission_makes_the_contact_even_without_consent() -> None:
    made = taken(a_submission())
    assert made.contact == Contact(lead="lead1")
    assert made.activity.consent is None


def test_a_consent_is_granted_with_the_wording_that_was_shown() -> None:
    made = taken(a_submission(consent=True, locale="en"))
    assert made.contact is not None
    assert made.contact.consent == {"marketing": Permission(granted=True, at=LATER, record="activity9")}
    proof = ConsentProof(purpose="marketing", version="2", locale="en", bundle="hash1")
    assert made.activity.consent == proof


def test_proof_names_the_locale_whose_wording_was_shown() -> None:
    made = taken(a_submission(consent=True, locale="en"), wording=Consent(version="2", text={"ja": "受け取る"}))
    assert made.activity.consent
    assert made.activity.consent.locale == "ja"


def test_a_tick_after_an_unsubscription_only_asks_for_a_confirmation() -> None:
    gone = Contact(lead="lead1", unsubscribed=NOON, bounced=NOON)
    made = taken(a_submission(consent=True), a_lead(), gone)
    assert made.contact is not None
    assert made.contact.asked is not None
    asked = made.contact.asked
    assert (asked.proof.purpose, asked.proof.version, asked.form, asked.record) == (
        "marketing",
        "2",
        "whitepaper",
        "activity9",
    )
    assert replace(made.contact, asked=None) == gone
    assert made.activity.consent is None
    assert made.confirmation is not None


def test_the_proof_has_a_hash_of_the_network() -> None:
    consent = taken(a_submission(consent=True, network="n1")).activity.consent
    assert consent
    assert consent.network == "n1"


def test_a_late_consent_does_not_override_a_later_refusal() -> None:
    no = Permission(granted=False, at=LATER, record="r")
    for gone in (
        Contact(lead="lead1", unsubscribed=LATER),
        Contact(lead="lead1", consent={"marketing": no}, complained=LATER),
    ):
        given = a_submission(consent=True, touch=Touch(at=LATER - timedelta(minutes=5)))
        made = taken(given, a_lead(), gone)
        assert made.contact == gone
        assert made.activity.consent is not None  # its proof is kept, with the time at which it was given
        assert made.activity.at == LATER - timedelta(minutes=5)


def test_a_submission_without_consent_leaves_the_contact_unchanged() -> None:
    granted = Contact(lead="lead1", consent={"marketing": Permission(granted=True, at=NOON, record="r")})
    made = taken(a_submission(), a_lead(), granted)
    assert (made.contact, made.activity.consent) == (None, None)


def test_an_answer_that_the_form_keeps_stays_with_the_activity() -> None:
    activity = taken(a_submission(entry={"webinar_date": "2026-12-10", "source": "x"})).activity

    assert activity.facts == {"webinar_date": "2026-12-10", "source": "form", "page": ""}
