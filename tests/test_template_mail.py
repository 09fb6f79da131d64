"""The template's SES resources: the sender's domain, and a configuration set for each class of mail."""

from typing import Any

from tests.support.stack_template import RESOURCES

SETS = [name for name, found in RESOURCES.items() if found["Type"] == "AWS::SES::ConfigurationSet"]


def test_each_configuration_set_reports_all_that_the_ledger_needs() -> None:
    destinations = [
        found["Properties"]
        for found in RESOURCES.values()
        if found["Type"] == "AWS::SES::ConfigurationSetEventDestination"
    ]
    assert sorted(each["ConfigurationSetName"]["Ref"] for each in destinations) == sorted(SETS)
    for each in destinations:
        assert each["EventDestination"]["SnsDestination"] == {"TopicARN": {"Ref": "Events"}}
        wanted = {"SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "RENDERING_FAILURE"}
        assert wanted <= set(each["EventDestination"]["MatchingEventTypes"])


def test_deliver_may_use_both_configuration_sets() -> None:
    variables: dict[str, Any] = RESOURCES["NurtureDeliver"]["Properties"]["Environment"]["Variables"]
    assert [variables[name] for name in ("CONFIGURATION_SET", "TRANSACTIONAL_SET")] == [{"Ref": name} for name in SETS]
    policies = str(RESOURCES["NurtureDeliver"]["Properties"]["Policies"])
    assert all(f"configuration-set/${{{name}}}" in policies for name in SETS)


def test_ses_keeps_no_list_of_bounces_because_ripen_forgives_some() -> None:
    assert [RESOURCES[name]["Properties"]["SuppressionOptions"] for name in SETS] == [
        {"SuppressedReasons": ["COMPLAINT"]}
    ] * 2


def test_mails_return_to_the_senders_own_domain_once_its_records_are_there() -> None:
    condition, attributes, _ = RESOURCES["Sender"]["Properties"]["MailFromAttributes"]["Fn::If"]
    assert condition == "HasMailFrom"
    assert attributes["BehaviorOnMxFailure"] == "USE_DEFAULT_VALUE"
