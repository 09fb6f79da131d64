"""`ripen doctor` on the local cloud, where the stand-ins answer as the real systems do."""

import json

import pytest

from tests.support.local_cloud import RunningCloud

pytestmark = pytest.mark.timeout(600)
_WELL = {
    "Secret",
    "Salesforce login",
    "Salesforce fields",
    "Salesforce permission set",
    "Salesforce queries",
    "Salesforce API calls left",
    "Slack token",
    "Slack channel",
    "Playbook",
    "Sending is on",
}


def states(cloud: RunningCloud) -> dict[str, str]:
    return {finding["title"]: finding["state"] for finding in json.loads(cloud.tried("doctor", "--json").stdout)}


def test_the_local_cloud_is_connected(cloud: RunningCloud) -> None:
    cloud.ripen("publish")  # other tests may have published another playbook
    found = states(cloud)
    assert {title for title in _WELL if found.get(title) != "ok"} == set()


def test_the_doctor_warns_of_a_nearly_used_up_call_limit(cloud: RunningCloud) -> None:
    used = cloud.asked("salesforce", "usage")["used"]
    cloud.control("salesforce", "knobs", daily_calls=used + 4)
    try:
        assert states(cloud)["Salesforce API calls left"] != "ok"
    finally:
        cloud.control("salesforce", "knobs")
