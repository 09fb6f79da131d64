"""The leads that go to the CRM, the records that match them, and the values that are written."""

from copy import replace
from datetime import date
from typing import Any

import pytest

from ripen.crm import upsert
from ripen.crm.upsert import Blocked, CrmState, DesiredRecord, Record, Write
from ripen.lead.lead import CrmLink, Profile
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import CrmField, SyncRule
from ripen.playbook.clause import Condition
from ripen.scoring.score import Score
from tests.support.builders import a_lead
from tests.support.fakes import NOON

SCORE = Score(fit=40, engagement=12.4, total=52.4)
LINK = CrmLink(object="Lead", id="00Q1", url="https://crm.example/00Q1")


def a_state(**changes: Any) -> State:
    known: dict[str, Any] = {"lead": "lead1", "rank": Rank.WARM, "last_activity": NOON}
    return State(**(known | changes))


TODAY = date(2026, 11, 30)


def a_wish(
    profile: Profile | None = None,
    state: State | None = None,
    score: Score = SCORE,
    last_task: str = "",
    rule: SyncRule | None = None,
) -> DesiredRecord:
    return upsert.desired_record(
        profile or a_lead(), state or a_state(), score, ["役職: 部長"], rule or SyncRule(), "ja", TODAY, last_task
    )


def a_record(**changes: Any) -> Record:
    return Record(**({"object": "Lead", "id": "00Q1", "email": "hanako@example.co.jp"} | changes))


def a_contact(**changes: Any) -> Record:
    return a_record(**({"object": "Contact", "id": "0031", "owner": "0051"} | changes))


def plan(wish: DesiredRecord, *records: Record, tasks: frozenset[str] = frozenset()) -> Write | Blocked:
    found = CrmState(records=records, tasks=tasks)
    return upsert.plan(wish, found, upsert.match(wish, records))


def planned(wish: DesiredRecord, *records: Record, tasks: frozenset[str] = frozenset()) -> Write:
    found = plan(wish, *records, tasks=tasks)
    assert isinstance(found, Write)
    return found


def test_answers_of_forms_are_in_our_field_and_in_the_task_of_a_contact() -> None:
    wish = upsert.desired_record(
        a_lead(), a_state(), SCORE, ["役職: 部長"], SyncRule(), "ja", TODAY, answers="相談\n予算: 100万円"
    )
    assert wish.ours["Ripen_Answers__c"] == "相談\n予算: 100万円"
    assert wish.task.description == "役職: 部長\n\n相談\n予算: 100万円"
    assert wish.digest != a_wish().digest


def test_a_lead_is_admitted_by_all_of_when_and_none_of_unless() -> None:
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


def test_a_lead_in_the_crm_stays_up_to_date_when_it_cools_down() -> None:
    rule = SyncRule(when=(Condition(field="rank", any_of=("hot",)),))

    assert upsert.not_admitted(a_lead(crm=LINK), a_state(rank=Rank.COLD), SCORE, rule) == ""


def test_a_new_lead_needs_a_name_and_a_company() -> None:
    unnamed = a_lead(last_name=" ", company="")

    assert plan(a_wish(unnamed)) == Blocked(reason="last_name, company")


def test_an_existing_contact_needs_neither_name_nor_company() -> None:
    unnamed = a_lead(last_name="", company="")

    assert isinstance(plan(a_wish(unnamed), a_contact()), Write)


def test_a_new_lead_carries_everything_known_and_its_source() -> None:
    write = planned(a_wish())

    assert (write.object, write.record, write.task) == ("Lead", None, None)
    assert write.fields["LeadSource"] == "Ripen"
    assert write.fields["LastName"] == "山田"
    assert write.fields["Ripen_Key__c"] == "lead1"


def test_standard_fields_are_filled_only_where_blank() -> None:
    write = planned(a_wish(), a_record(fields={"Title": "課長", "Company": " ", "LastName": "山田"}))

    assert "Title" not in write.fields
    assert "LastName" not in write.fields
    assert "LeadSource" not in write.fields
    assert write.fields["Company"] == "株式会社サンプル"
    assert write.fields["Ripen_Score__c"] == 52


def test_a_mapped_field_replaces_ours_on_a_new_lead() -> None:
    rule = SyncRule(
        fields={
            "Title": CrmField(source="position"),
            "LeadSource": CrmField(value="Fair"),
            "Status": CrmField(value="Open"),
            "LastName": CrmField(source="nickname"),
        }
    )

    write = planned(a_wish(a_lead(last_name="", attributes={"nickname": "ハナ"}), rule=rule))

    assert "Title" not in write.fields
    assert (write.fields["LeadSource"], write.fields["Status"], write.fields["LastName"]) == ("Fair", "Open", "ハナ")


def test_a_mapped_field_of_an_existing_record_is_filled_where_it_is_blank() -> None:
    rule = SyncRule(fields={"Status": CrmField(value="Open"), "Industry": CrmField(source="industry")})
    wish = a_wish(a_lead(attributes={"industry": "製造"}), rule=rule)

    write = planned(wish, a_record(fields={"Status": "Working"}))

    assert ("Status" in write.fields, write.fields["Industry"]) == (False, "製造")
    assert "Industry" not in planned(wish, a_contact()).fields


def test_the_linked_record_wins_over_a_contact_and_an_open_lead() -> None:
    linked, contact, lead = a_record(id="00Q9", email="old@example.jp"), a_contact(), a_record()
    wish = a_wish(a_lead(crm=CrmLink(object="Lead", id="00Q9", url="")))

    assert upsert.match(wish, [lead, contact, linked]) == linked
    assert upsert.match(wish, [lead, contact]) == contact
    assert upsert.match(wish, [lead]) == lead
    assert upsert.match(wish, []) is None


def test_a_link_to_a_merged_record_names_the_one_that_was_kept() -> None:
    wish = a_wish(a_lead(crm=LINK))
    kept = a_record(id="00Q7", email="other@example.jp", merged_ids=frozenset({LINK.id}))

    assert upsert.match(wish, [kept]) == kept
    assert upsert.match(wish, [replace(kept, key="lead1")])
    assert upsert.match(wish, [replace(kept, key="lead2")])
    assert upsert.match(a_wish(), [kept]) is None


def test_of_open_leads_our_own_wins_then_the_oldest() -> None:
    oldest, newer, ours = a_record(id="00Q1"), a_record(id="00Q2"), a_record(id="00Q3", key="lead1", email="")

    assert upsert.match(a_wish(), [oldest, newer, ours]) == ours
    assert upsert.match(a_wish(), [oldest, newer]) == oldest


def test_addresses_match_in_any_case() -> None:
    assert upsert.match(a_wish(), [a_record(email="HANAKO@EXAMPLE.CO.JP")])
    assert upsert.match(a_wish(), [a_record(email="taro@example.co.jp"), a_record(email="", key="lead2")]) is None


def test_a_converted_lead_is_replaced_by_its_contact() -> None:
    contact = a_contact(email="other@example.jp")
    converted = a_record(converted_to=contact.id, is_converted=True)

    assert upsert.match(a_wish(a_lead(crm=LINK)), [converted, contact]) == contact
    assert upsert.match(a_wish(), [converted, contact]) == contact
    assert upsert.match(a_wish(), [converted]) is None


@pytest.mark.parametrize(
    ("record", "lead"),
    [(a_record(key="lead1"), a_lead()), (a_record(key="lead1"), a_lead(crm=LINK)), (a_record(), a_lead(crm=LINK))],
)
@pytest.mark.parametrize("contact", ["", "003gone"])
def test_a_converted_lead_of_ours_without_a_visible_contact_is_not_written(
    record: Record, lead: Profile, contact: str
) -> None:
    converted = replace(record, is_converted=True, converted_to=contact)

    assert plan(a_wish(lead), converted) == Blocked(reason=upsert.CONVERTED)


def test_a_converted_lead_of_sales_without_a_visible_contact_is_left_alone() -> None:
    write = planned(a_wish(), a_record(is_converted=True))

    assert (write.object, write.record) == ("Lead", None)


def test_a_record_that_sales_deleted_is_not_created_again() -> None:
    profile = a_lead(crm=LINK)

    assert plan(a_wish(profile)) == Blocked(reason=upsert.DELETED)


def test_an_existing_contact_gets_a_task_and_no_lead() -> None:
    write = planned(a_wish(), a_contact())

    assert write.object == "Contact"
    assert write.task
    assert write.task.description == "役職: 部長"
    assert "Company" not in write.fields


def test_there_is_one_task_for_coming_and_one_for_each_time_the_lead_turns_hot() -> None:
    first, again, hot = (a_wish(state=a_state(episode=n)).task.key for n in (0, 0, 1))

    assert first == again != hot


@pytest.mark.parametrize(
    ("rank", "subject", "urgent"),
    [
        (Rank.HOT, "Ripen: 山田 花子 様（株式会社サンプル）がホットになりました", True),
        (Rank.WARM, "Ripen: 山田 花子 様（株式会社サンプル）から反応がありました", False),
    ],
)
def test_the_task_names_the_person_and_is_due_today(rank: Rank, subject: str, urgent: bool) -> None:
    task = a_wish(state=a_state(rank=rank)).task

    assert (task.subject, task.due, task.urgent) == (subject, TODAY, urgent)


def test_an_existing_task_is_not_created_again() -> None:
    wish = a_wish()

    assert planned(wish, a_contact(), tasks=frozenset({wish.task.key})).task is None
    assert planned(a_wish(last_task=wish.task.key), a_contact()).task is None


def test_a_converted_lead_of_ours_makes_no_task() -> None:
    wish = a_wish(a_lead(crm=LINK))

    assert planned(wish, a_record(converted_to="0031", is_converted=True), a_contact()).task is None


def test_the_digest_changes_with_the_values() -> None:
    same, other = a_wish().digest, a_wish(score=Score(fit=40, engagement=13, total=53)).digest

    assert a_wish().digest == same != other
    assert a_wish(score=Score(fit=40, engagement=12.3, total=52.3)).digest == same
    assert a_wish(a_lead(job_title="課長")).digest != same
