"""A person in Slack is found in Salesforce by the address, or by what the playbook says about it."""

import pytest

from ripen.crm.users import CrmUser, crm_user, slack_address

HANAKO, ID = "hanako@example.jp", "005000000000001AAA"


@pytest.mark.parametrize(
    ("users", "found"),
    [
        ({}, CrmUser(email=HANAKO)),
        ({"taro@example.jp": ID}, CrmUser(email=HANAKO)),
        ({HANAKO: ID}, CrmUser(id=ID)),
        ({HANAKO: ID[:15]}, CrmUser(id=ID[:15])),
        ({HANAKO: "hanako@example.jp.crm"}, CrmUser(username="hanako@example.jp.crm")),
    ],
)
def test_user_is_found_by_address_id_or_username(users: dict[str, str], found: CrmUser) -> None:
    assert crm_user(HANAKO, users) == found


def test_case_of_the_address_does_not_matter() -> None:
    assert crm_user("Hanako@Example.JP", {HANAKO: ID}) == CrmUser(id=ID)


@pytest.mark.parametrize(
    ("users", "found"),
    [
        ({}, "h.yamada@crm.example"),
        ({HANAKO: ID}, HANAKO),
        ({HANAKO: ID[:15]}, HANAKO),
        ({HANAKO: "005000000000002AAA"}, "h.yamada@crm.example"),
        ({HANAKO: "hanako@example.jp.crm"}, "h.yamada@crm.example"),
    ],
)
def test_owner_is_told_in_slack_under_the_address_there(users: dict[str, str], found: str) -> None:
    assert slack_address(ID, "h.yamada@crm.example", users) == found


def test_owner_without_an_id_has_the_address_of_the_crm() -> None:
    assert slack_address("", "queue@crm.example", {HANAKO: ID}) == "queue@crm.example"
