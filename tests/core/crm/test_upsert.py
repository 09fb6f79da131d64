"""Who goes to the CRM, as which record, with which values."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.crm import crm_mark, upsert
from ripen.crm.crm_fields import fit_in, ours, standard
from ripen.crm.upsert import Blocked, CrmState, DesiredRecord, Record, Write, WriteResult
from ripen.errors import NotConnected, Undeliverable
from ripen.lead.lead import CrmLink, Profile, Touch
from ripen.lead.state import Rank, State
from ripen.marks import CrmMark
from ripen.playbook.bundle import SyncRule
from ripen.playbook.clause import Condition
from ripen.scoring.score import Score
from tests.support.builders import a_lead
from tests.support.fakes import NOON

SCORE = Score(fit=40, engagement=12.4, total=52.4)
LINK = CrmLink(object="Lead", id="00Q1", url="https://crm.example/00Q1")


def a_state(**changes: Any) -> State:
    known: dict[str, Any] = {"lead": "lead1", "rank": Rank.WARM, "last_activity": NOON}
    return State(**(known | changes))


def a_wish(
    profile: Profile | None = None, state: State | None = None, score: Score = SCORE, last_task: str = ""
) -> DesiredRecord:
    return upsert.desired_record(
        profile or a_lead(), state or a_state(), score, ["役職: 部長"], SyncRule(), "ja", last_task
    )


def a_record(**changes: Any) -> Record:
    return Record(**({"object": "Lead", "id": "00Q1", "email": "hanako@example.co.jp"} | changes))


def a_contact(**changes: Any) -> Record:
    return a_record(**({"object": "Contact", "id": "0031", "owner": "0051"} | changes))


def planned(wish: DesiredRecord, *records: Record, tasks: frozenset[str] = frozenset()) -> Write:
    found = upsert.plan(wish, CrmState(records=records, tasks=tasks), a_lead())
    assert isinstance(found, Write)
    return found


def test_a_lead_goes_when_all_of_when_and_none_of_unless_hold() -> None:
    rule = SyncRule(
        when=(Condition(field="rank", any_of=("warm", "hot")), Condition(field="company", present=True)),
        unless=(Condition(field="domain", any_of=("rival.example",)),),
    )

    assert upsert.not_admitted(a_lead(), a_state(), SCORE, rule) == ""
    assert upsert.not_admitted(a_lead(), a_state(rank=Rank.COLD), SCORE, rule) == "not admitted by sync.when: rank"
    assert upsert.not_admitted(a_lead(company=""), a_state(), SCORE, rule) == "not admitted by sync.when: company"
    assert (
        upsert.not_admitted(a_lead(email="x@rival.example"), a_state(), SCORE, rule)
        == "kept out by sync.unless: domain"
    )


def test_a_lead_in_the_crm_is_kept_up_to_date_when_it_cools_down() -> None:
    rule = SyncRule(when=(Condition(field="rank", any_of=("hot",)),))

    assert upsert.not_admitted(a_lead(crm=LINK), a_state(rank=Rank.COLD), SCORE, rule) == ""


def test_a_new_lead_needs_a_name_and_a_company() -> None:
    nobody = a_lead(last_name=" ", company="")

    assert upsert.plan(a_wish(nobody), CrmState(), nobody) == Blocked(reason="last_name, company")


def test_a_contact_needs_neither() -> None:
    nobody = a_lead(last_name="", company="")

    assert isinstance(upsert.plan(a_wish(nobody), CrmState(records=(a_contact(),)), nobody), Write)


def test_a_new_lead_carries_everything_known_and_its_source() -> None:
    write = planned(a_wish())

    assert (write.object, write.record, write.task) == ("Lead", None, None)
    assert write.fields["LeadSource"] == "Ripen"
    assert write.fields["LastName"] == "山田"
    assert write.fields["Ripen_Key__c"] == "lead1"


def test_nothing_is_ever_null_or_blank() -> None:
    bare = a_lead(first_name="", job_title="", phone="", company=" ")

    fields = ours(bare, a_state(last_activity=None), SCORE, []) | standard(bare, "Lead")

    assert fields == {
        "Ripen_Key__c": "lead1",
        "Ripen_Score__c": 52,
        "Ripen_Fit__c": 40,
        "Ripen_Engagement__c": 12,
        "Ripen_Rank__c": "warm",
        "LastName": "山田",
        "Email": "hanako@example.co.jp",
    }


def test_the_touch_that_made_the_lead_is_told() -> None:
    touch = Touch(at=NOON, url="https://www.example.jp/lp", utm_source="google", gclid="g1")

    fields = ours(a_lead(lead_touch=touch), a_state(), SCORE, [])

    assert fields["Ripen_UTM_Source__c"] == "google"
    assert fields["Ripen_GCLID__c"] == "g1"
    assert fields["Ripen_Landing_Page__c"] == "https://www.example.jp/lp"
    assert "Ripen_UTM_Term__c" not in fields


@pytest.mark.parametrize(("total", "shown"), [(69.5, 70), (69.49, 69), (-0.5, 0), (1e9, 99_999), (-1e9, -99_999)])
def test_points_are_rounded_as_the_rank_rounds_them(total: float, shown: int) -> None:
    fields = ours(a_lead(), a_state(), Score(fit=0, engagement=0, total=total), [])

    assert fields["Ripen_Score__c"] == shown


@given(st.text(max_size=300))
def test_a_text_is_cut_to_the_field_and_no_character_is_halved(text: str) -> None:
    cut = fit_in("Phone", text)

    assert text.startswith(cut)
    assert len(cut.encode("utf-16-le")) <= 80
    assert cut == text or len(cut.encode("utf-16-le")) >= 78


def test_half_an_address_is_no_address() -> None:
    assert "Email" not in standard(a_lead(email="a" * 70 + "@example.jp"), "Lead")
    assert "Email" in standard(a_lead(email="a" * 69 + "@example.jp"), "Lead")


def test_a_phone_is_shown_as_people_dial_it() -> None:
    assert standard(a_lead(), "Lead")["Phone"] == "03-1234-5678"


def test_standard_fields_are_filled_only_where_blank() -> None:
    write = planned(a_wish(), a_record(fields={"Title": "課長", "Company": " ", "LastName": "山田"}))

    assert "Title" not in write.fields
    assert "LastName" not in write.fields
    assert "LeadSource" not in write.fields
    assert write.fields["Company"] == "株式会社サンプル"
    assert write.fields["Ripen_Score__c"] == 52


def test_the_linked_record_comes_first_then_a_contact_then_an_open_lead() -> None:
    linked, contact, lead = a_record(id="00Q9", email="old@example.jp"), a_contact(), a_record()
    wish = a_wish(a_lead(crm=CrmLink(object="Lead", id="00Q9", url="")))

    assert upsert.match(wish, [lead, contact, linked]) == linked
    assert upsert.match(wish, [lead, contact]) == contact
    assert upsert.match(wish, [lead]) == lead
    assert upsert.match(wish, []) is None


def test_of_open_leads_ours_comes_first_then_the_oldest() -> None:
    oldest, newer, ours = a_record(id="00Q1"), a_record(id="00Q2"), a_record(id="00Q3", key="lead1", email="")

    assert upsert.match(a_wish(), [oldest, newer, ours]) == ours
    assert upsert.match(a_wish(), [oldest, newer]) == oldest


def test_addresses_match_in_any_case_and_other_peoples_records_do_not() -> None:
    assert upsert.match(a_wish(), [a_record(email="HANAKO@EXAMPLE.CO.JP")])
    assert upsert.match(a_wish(), [a_record(email="taro@example.co.jp"), a_record(email="", key="lead2")]) is None


def test_a_converted_lead_is_never_written_its_contact_is() -> None:
    contact = a_contact(email="other@example.jp")
    converted = a_record(converted_to=contact.id)

    assert upsert.match(a_wish(a_lead(crm=LINK)), [converted, contact]) == contact
    assert upsert.match(a_wish(), [converted, contact]) == contact
    assert upsert.match(a_wish(), [converted]) is None


def test_a_record_that_sales_deleted_is_not_made_again() -> None:
    profile = a_lead(crm=LINK)

    assert upsert.plan(a_wish(profile), CrmState(), profile) == Blocked(reason=upsert.DELETED)


def test_an_existing_contact_gets_a_task_and_no_lead() -> None:
    write = planned(a_wish(), a_contact())

    assert write.object == "Contact"
    assert write.task
    assert write.task.description == "役職: 部長"
    assert "Company" not in write.fields


def test_one_task_for_coming_and_one_for_each_time_of_turning_hot() -> None:
    first, again, hot = (a_wish(state=a_state(episode=n)).task.key for n in (0, 0, 1))

    assert first == again != hot


def test_a_task_that_is_there_is_not_made_again() -> None:
    wish = a_wish()

    assert planned(wish, a_contact(), tasks=frozenset({wish.task.key})).task is None
    assert planned(a_wish(last_task=wish.task.key), a_contact()).task is None


def test_who_converted_our_lead_gets_no_task_for_it() -> None:
    wish = a_wish(a_lead(crm=LINK))

    assert planned(wish, a_record(converted_to="0031"), a_contact()).task is None


def test_the_digest_follows_what_would_be_written() -> None:
    same, other = upsert.digest(a_wish()), upsert.digest(a_wish(score=Score(fit=40, engagement=13, total=53)))

    assert upsert.digest(a_wish()) == same != other
    assert upsert.digest(a_wish(score=Score(fit=40, engagement=12.3, total=52.3))) == same
    assert upsert.digest(a_wish(a_lead(job_title="課長"))) != same


MARK = CrmMark(lead="lead1", urgent=True, attempts=3, error="old", waits_for="old", claimed=NOON, digest="d0")


def concluded(mark: CrmMark, refused: Undeliverable | None) -> crm_mark.Outcome:
    wish = a_wish()
    return crm_mark.concluded(mark, wish, planned(wish), WriteResult(link=LINK, refused=refused), NOON)


def test_what_was_written_is_noted_and_leaves_the_agenda() -> None:
    outcome = concluded(MARK, None)

    wish = a_wish()
    assert outcome.change(MARK) == CrmMark(lead="lead1", written=NOON, digest=upsert.digest(wish), task=wish.task.key)
    assert outcome.due is None
    assert outcome.link == LINK
    assert outcome.news == crm_mark.MarkDecision(object="Lead", outcome="created")


def test_a_refusal_for_good_stays_visible_and_is_told_once() -> None:
    refused = Undeliverable("STRING_TOO_LONG: x", permanent=True)

    outcome = concluded(MARK, refused)
    after = outcome.change(MARK)

    assert (after.error, after.digest, outcome.due) == ("STRING_TOO_LONG: x", "d0", None)
    assert outcome.news == crm_mark.MarkDecision(object="Lead", outcome="refused", reason="STRING_TOO_LONG: x")
    assert concluded(after, refused).news is None


@pytest.mark.parametrize(
    ("attempts", "failure", "seconds"),
    [
        (0, Undeliverable("x", permanent=False), 30),
        (1, Undeliverable("x", permanent=False), 60),
        (6, Undeliverable("x", permanent=False), 1920),
        (7, Undeliverable("x", permanent=False), 3600),
        (99999, Undeliverable("x", permanent=False), 3600),
        (0, Undeliverable("x", permanent=False, after=900), 900),
        (0, Undeliverable("x", permanent=True), 3600),
        (5, NotConnected("x"), 3600),
    ],
)
def test_a_failure_waits_longer_each_time(attempts: int, failure: Undeliverable, seconds: int) -> None:
    mark = CrmMark(lead="lead1", attempts=attempts)

    outcome = crm_mark.delayed(mark, failure, NOON)

    assert outcome.due == NOON + timedelta(seconds=seconds)
    assert outcome.change(mark).attempts == attempts + 1


def test_a_missing_connection_is_something_to_wait_for_and_no_error() -> None:
    after = crm_mark.delayed(MARK, NotConnected("not connected"), NOON).change(MARK)

    assert (after.waits_for, after.error, after.claimed) == ("not connected", "", None)


def test_what_a_parked_lead_waits_for_is_told_once() -> None:
    outcome = crm_mark.blocked(MARK, "company")
    after = outcome.change(MARK)

    assert (after.waits_for, after.error, outcome.due) == ("company", "", None)
    assert outcome.news == crm_mark.MarkDecision(object="Lead", outcome="waits", reason="company")
    assert crm_mark.blocked(after, "company").news is None


def test_a_claim_holds_for_five_minutes() -> None:
    mark = CrmMark(lead="lead1", claimed=NOON)

    assert crm_mark.is_claimed(mark, NOON + crm_mark.LEASE - timedelta(seconds=1))
    assert not crm_mark.is_claimed(mark, NOON + crm_mark.LEASE)
    assert not crm_mark.is_claimed(CrmMark(lead="lead1"), NOON)
