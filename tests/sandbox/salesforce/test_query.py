"""SOQL: the records that a query finds, and the errors of a wrong one."""

import pytest

from tests.sandbox.salesforce.conftest import BASE, AnOrg


def names(org: AnOrg, rest: str) -> list[str]:
    return [lead["LastName"] for lead in org.query(f"SELECT LastName FROM Lead {rest}")]  # noqa: S608


@pytest.fixture
def people(org: AnOrg) -> AnOrg:
    org.lead(LastName="Abe", Email="abe@example.co.jp", Ripen_Score__c=10, Ripen_Rank__c="cold")
    org.clock.move(days=1)
    org.lead(LastName="Baba", Email="baba@example.com", Ripen_Score__c=40, Ripen_Rank__c="warm")
    org.clock.move(days=1)
    org.lead(LastName="O'Hara", Email="o.hara@example.com", Ripen_Score__c=80, Ripen_Rank__c="hot")
    org.lead(LastName="50%_off")
    return org


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("WHERE Email = 'ABE@example.co.jp'", ["Abe"]),
        ("WHERE Email IN ('abe@example.co.jp', 'baba@example.com')", ["Abe", "Baba"]),
        ("WHERE Email NOT IN ('abe@example.co.jp') AND Email != null", ["Baba", "O'Hara"]),
        ("WHERE Email = null", ["50%_off"]),
        ("WHERE Ripen_Rank__c != 'hot'", ["Abe", "Baba", "50%_off"]),
        ("WHERE Ripen_Score__c >= 40", ["Baba", "O'Hara"]),
        ("WHERE Ripen_Score__c < 40", ["Abe"]),
        ("where LastName = 'O\\'Hara'", ["O'Hara"]),
        ("WHERE Email LIKE '%@EXAMPLE.com'", ["Baba", "O'Hara"]),
        ("WHERE LastName LIKE '50\\%\\_%'", ["50%_off"]),
        ("WHERE LastName LIKE 'A_e'", ["Abe"]),
        ("WHERE NOT (LastName LIKE 'A%' OR LastName LIKE 'B%')", ["O'Hara", "50%_off"]),
        ("WHERE (Ripen_Score__c = 10 OR Ripen_Score__c = 40) AND Ripen_Rank__c = 'warm'", ["Baba"]),
        ("WHERE IsConverted = false AND Email LIKE 'abe%'", ["Abe"]),
        ("WHERE IsConverted = TRUE", []),
        ("WHERE Lead.Email = 'abe@example.co.jp' ORDER BY Lead.LastName", ["Abe"]),
        ("WHERE LastName LIKE 'a%' OR Owner.Name = 'nobody'", ["Abe"]),
        ("WHERE CreatedDate > 2026-11-22T00:00:00Z AND Email != null", ["Baba", "O'Hara"]),
        ("WHERE CreatedDate = TODAY AND Email != null", ["O'Hara"]),
        ("WHERE CreatedDate = LAST_N_DAYS:1 AND Email != null", ["Baba", "O'Hara"]),
        ("WHERE Owner.Email = 'ripen@ripen.example' AND Ripen_Score__c > 70", ["O'Hara"]),
        ("ORDER BY Ripen_Score__c DESC NULLS LAST, LastName", ["O'Hara", "Baba", "Abe", "50%_off"]),
        ("ORDER BY Ripen_Score__c", ["50%_off", "Abe", "Baba", "O'Hara"]),
        ("ORDER BY LastName LIMIT 2 OFFSET 1", ["Abe", "Baba"]),
    ],
)
def test_a_query_finds_the_matching_records(people: AnOrg, rest: str, found: list[str]) -> None:
    assert names(people, rest) == found


def test_an_id_is_found_by_15_or_18_characters(org: AnOrg) -> None:
    id = org.lead()
    assert len(org.query(f"SELECT Id FROM Lead WHERE Id = '{id}'")) == 1  # noqa: S608
    assert len(org.query(f"SELECT Id FROM Lead WHERE Id IN ('{id[:15]}')")) == 1  # noqa: S608


def test_a_parent_is_nested_with_its_own_attributes(org: AnOrg) -> None:
    contact = org.query("SELECT Id, Account.Name, Owner.Email, ReportsTo.Name FROM Contact")[0]
    account = org.query("SELECT Id FROM Account")[0]["Id"]
    assert contact["Account"] == {
        "attributes": {"type": "Account", "url": f"{BASE}/sobjects/Account/{account}"},
        "Name": "既存商事株式会社",
    }
    assert contact["Owner"]["attributes"]["type"] == "User"
    assert contact["Owner"]["Email"] == "bob@ripen.example"
    assert contact["ReportsTo"] is None
    org.create("Task", Subject="Call", WhoId=contact["Id"])
    task = org.query("SELECT Who.Type, Who.Name FROM Task")[0]
    assert (task["Who"]["attributes"]["type"], task["Who"]["Type"], task["Who"]["Name"]) == (
        "Name",
        "Contact",
        "既存 花子",
    )


def test_a_day_is_in_the_time_zone_of_the_users(org: AnOrg) -> None:
    org.clock.move(hours=11)
    org.lead(LastName="before midnight in Tokyo")
    org.clock.move(hours=2)
    assert names(org, "WHERE CreatedDate = TODAY") == []
    assert names(org, "WHERE CreatedDate = YESTERDAY") == ["before midnight in Tokyo"]


def test_a_path_may_start_with_the_object(org: AnOrg) -> None:
    org.lead()
    row = org.query("SELECT Lead.LastName, Lead.Owner.Name FROM Lead")[0]
    assert (row["LastName"], row["Owner"]["Name"]) == ("山田", "Ripen")


def test_a_count_returns_no_records(people: AnOrg) -> None:
    answer = people.ask("GET", "/query", params={"q": "SELECT COUNT() FROM Lead WHERE Email != null"})
    assert answer.json() == {"totalSize": 3, "done": True, "records": []}


@pytest.mark.parametrize(
    ("soql", "code", "part"),
    [
        ("SELECT Foo FROM Lead", "INVALID_FIELD", "No such column 'Foo' on entity 'Lead'."),
        ("SELECT Id FROM Lead WHERE Foo = 1", "INVALID_FIELD", "No such column 'Foo' on entity 'Lead'."),
        ("SELECT Id FROM Lead ORDER BY Foo", "INVALID_FIELD", "No such column 'Foo'"),
        ("SELECT Boss.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Boss'"),
        ("SELECT Who.Company FROM Task", "INVALID_FIELD", "No such column 'Company' on entity 'Name'."),
        ("SELECT Id FROM Unicorn", "INVALID_TYPE", "sObject type 'Unicorn' is not supported."),
        ("SELECT Id, id FROM Lead", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected end of query"),
        ("SELECT Id FROM Lead WHERE Email = 'x' OR", "MALFORMED_QUERY", "unexpected end of query"),
        ("SELECT Id FROM Lead WHERE Email = 'x", "MALFORMED_QUERY", "unexpected character: '''"),
        ("SELECT Id FROM Lead WHERE Email IN ()", "MALFORMED_QUERY", "unexpected token: ')'"),
        ("SELECT Id FROM Lead; DROP", "MALFORMED_QUERY", "unexpected character: ';'"),
        ("SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY", "unexpected token: 'x'"),
        ("SELECT Id FROM Lead WHERE Ripen_Score__c = '5'", "INVALID_FIELD", "must be of type double"),
        ("SELECT Id FROM Lead WHERE Email = 5", "INVALID_FIELD", "be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE Email = TODAY", "INVALID_FIELD", "be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("", "MALFORMED_QUERY", ""),
    ],
)
def test_a_wrong_query_gets_the_error_of_salesforce(org: AnOrg, soql: str, code: str, part: str) -> None:
    answer = org.ask("GET", "/query/", params={"q": soql})
    assert answer.status_code == 400
    assert answer.json()[0]["errorCode"] == code
    assert part in answer.json()[0]["message"]


def test_the_caret_is_under_the_mistake(org: AnOrg) -> None:
    message = org.ask("GET", "/query/", params={"q": "SELECT Foo FROM Lead"}).json()[0]["message"]
    assert message.startswith("\nSELECT Foo FROM Lead\n       ^\nERROR at Row:1:Column:8\n")


def test_an_answer_comes_in_pages(org: AnOrg) -> None:
    for start in (0, 200):
        rows = [
            {"attributes": {"type": "Lead"}, "LastName": str(number), "Company": "c"}
            for number in range(start, start + 200)
        ]
        org.ask("POST", "/composite/sobjects", {"records": rows})
    asked = {"params": {"q": "SELECT LastName FROM Lead"}, "headers": {"Sforce-Query-Options": "batchSize=200"}}
    first = org.ask("GET", "/query/", **asked).json()
    assert (first["totalSize"], first["done"], len(first["records"])) == (400, False, 200)
    second = org.web.get(first["nextRecordsUrl"]).json()
    assert (second["totalSize"], second["done"], len(second["records"])) == (400, True, 200)
    assert "nextRecordsUrl" not in second
    seen = {lead["LastName"] for lead in first["records"] + second["records"]}
    assert len(seen) == 400
    wrong = org.ask("GET", "/query/01gXXXXXXXXXXXXAAA-300")
    assert (wrong.status_code, wrong.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")
