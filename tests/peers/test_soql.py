"""An independent parser reads our SOQL as we mean it, whatever people type."""

import re
from datetime import UTC, datetime

import pytest

from ripen.adapters.salesforce import opportunities, people, soql
from ripen.adapters.salesforce.members import changes_query
from ripen.crm.incoming.polling import Position
from ripen.crm.upsert import DesiredRecord, desired_record
from ripen.crm.users import CrmUser
from ripen.lead.lead import CrmLink
from ripen.lead.state import Rank, State
from ripen.scoring.score import Score
from tests.support import node_peers
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON

HOSTILE = [
    "o'hara@example.com",
    "' OR Id != null OR Email = '@example.com",
    "back\\slash@example.com",
    "\\' OR Id != null --@example.com",
    'double"quote@example.com',
    "percent%_under@example.com",
    "line\nbreak\ttab@example.com",
    "山田+花子@例え.jp",
    "👩‍💻‮rtl@example.com",
]
LINKS = {
    "Lead": CrmLink(object="Lead", id="00Q000000000001AAA", url=""),
    "Contact": CrmLink(object="Contact", id="003000000000001AAA", url=""),
}


def test_an_independent_parser_reads_the_search_for_leads() -> None:
    # given as many leads as one call takes, some with addresses that try to inject SOQL
    emails = HOSTILE + [f"person{n}@example.com" for n in range(200 - len(HOSTILE))]
    leads = [_wanted(f"lead{n}", email) for n, email in enumerate(emails)]

    # when an independent parser reads the queries
    read = node_peers.run("soql", list(soql.lead_queries(leads)))

    # then every address and key is one value, none is a word of the query
    assert [query["object"] for query in read] == ["Lead", "Contact", "Lead", "Contact", "Task"]
    people = [query for query in read if query["object"] == "Lead"]
    said = [_text(literal) for query in people for literal in query["literals"]]
    keys = [lead.lead for lead in leads]
    assert sorted(said) == sorted([*emails, *keys])
    assert {"Ripen_Key__c", "Owner.Name", "ConvertedContact.Email"} <= set(people[0]["fields"])
    [tasks] = [query for query in read if query["object"] == "Task"]
    assert [_text(literal) for literal in tasks["literals"]] == [lead.task.key for lead in leads]


@pytest.mark.parametrize("object", LINKS)
def test_an_independent_parser_reads_the_search_for_a_linked_record(object: str) -> None:
    lead = _wanted("lead1", "hanako@example.co.jp", LINKS[object])
    read = node_peers.run("soql", list(soql.lead_queries([lead])))
    asked = {query["object"]: [_text(literal) for literal in query["literals"]] for query in read}
    assert LINKS[object].id in asked[object]
    assert all(LINKS[object].id not in literals for other, literals in asked.items() if other != object)


@pytest.mark.parametrize("object", LINKS)
def test_an_independent_parser_reads_the_search_for_an_owner(object: str) -> None:
    user_queries = [soql.user_query(CrmUser(email=email)) for email in HOSTILE]
    *users, record, task = node_peers.run(
        "soql", [*user_queries, soql.record_query(LINKS[object]), soql.task_query("task1")]
    )
    assert {query["object"] for query in users} == {"User"}
    assert [_text(query["literals"][0]) for query in users] == HOSTILE
    assert (record["object"], [_text(literal) for literal in record["literals"]]) == (object, [LINKS[object].id])
    assert (task["object"], [_text(literal) for literal in task["literals"]]) == ("Task", ["task1"])


def test_an_independent_parser_reads_the_search_for_owners() -> None:
    [read] = node_peers.run("soql", [soql.owners_query(["lead1", "lead2"])])
    assert (read["object"], read["fields"]) == ("Lead", ["Id", "OwnerId", "Owner.Name", "Owner.Email", "Status"])
    assert [_text(literal) for literal in read["literals"]] == ["lead1", "lead2"]


def test_an_independent_parser_reads_the_search_for_campaign_members() -> None:
    ids, since = ["701000000000001", "701000000000002AAA"], datetime(2026, 11, 21, 3, tzinfo=UTC)
    asked = (HOSTILE + ids, HOSTILE, ids)
    read = node_peers.run("soql", [changes_query(campaigns, since, None) for campaigns in asked])
    assert {query["object"] for query in read} == {"CampaignMember"}
    assert {"Campaign.Name", "Lead.Email", "Contact.Email"} <= set(read[0]["fields"])
    said = [sorted(_text(literal) for literal in query["literals"]) for query in read]
    assert said == [sorted(campaigns) for campaigns in asked]
    assert all("SystemModstamp >= 2026-11-21T02:50:00" in query["text"] for query in read)


def test_an_independent_parser_reads_the_searches_for_opportunities() -> None:
    since, place = (
        datetime(2026, 11, 21, 3, tzinfo=UTC),
        Position(datetime(2026, 11, 21, 4, tzinfo=UTC), "006000000000001AAA"),
    )
    asked = [opportunities.changes_query(*of) for of in ((None, None), (since, None), (since, place), (None, place))]
    roles = opportunities.contacts_query([place.id])
    companies = opportunities.company_queries(["001000000000001AAA"])
    *looks, roles_read, deals, people_read = node_peers.run("soql", [*asked, roles, *companies])
    assert {look["object"] for look in looks} == {"Opportunity"}
    assert ["IsClosed = " in look["text"] for look in looks] == [True, False, False, True]
    assert ["2026-11-21T02:50:00" in look["text"] for look in looks] == [False, True, False, False]
    assert [[_text(literal) for literal in look["literals"]] for look in looks] == [[], [], *[[place.id]] * 2]
    assert all({"StageName", "Amount", "IsWon"} <= set(look["fields"]) for look in looks)
    assert roles_read["fields"] == ["OpportunityId", "ContactId"]
    assert [(each["object"], each["fields"]) for each in (deals, people_read)] == [
        ("Opportunity", ["AccountId", "Account.Website"]),
        ("Contact", ["AccountId", "Email"]),
    ]


@pytest.mark.parametrize("object", LINKS)
def test_an_independent_parser_reads_the_searches_for_people_that_sales_changed(object: str) -> None:
    user, since, id = "005000000000001AAA", datetime(2026, 11, 21, 3, tzinfo=UTC), LINKS[object].id
    changed, pushed = node_peers.run(
        "soql", [people.changes_query(object, since, None, user), people.records_query(object, [id], user)]
    )
    assert {changed["object"], pushed["object"]} == {object}
    assert {"OwnerId", "Owner.Name", "HasOptedOutOfEmail", "LastModifiedById"} <= set(changed["fields"])
    assert ({"Status", "ConvertedContactId"} <= set(changed["fields"])) == (object == "Lead")
    assert [[_text(literal) for literal in query["literals"]] for query in (changed, pushed)] == [[user], [id, user]]


def _wanted(lead: str, email: str, link: CrmLink | None = None) -> DesiredRecord:
    profile = a_lead(id=lead, email=email, crm=link)
    state = State(lead=lead, rank=Rank.HOT, episode=1)
    return desired_record(
        profile, state, Score(fit=40, engagement=30, total=70), (), a_bundle().sync, "ja", NOON.date()
    )


_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
"""Source: Salesforce, SOQL and SOSL Reference, "Quoted String Escape Sequences"; any other escaped letter is itself."""


def _text(literal: str) -> str:
    """Return the value of a quoted literal."""
    assert literal.startswith("'") and literal.endswith("'"), literal
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), literal[1:-1])
