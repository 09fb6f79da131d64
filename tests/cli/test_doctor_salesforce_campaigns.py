"""The doctor and the dry run compare with the org: campaigns, member statuses, users and values of the playbook."""

from pathlib import Path

import pytest
import requests

from cli.doctor import salesforce
from cli.doctor.finding import State
from cli.doctor.salesforce_campaigns import campaigns
from ripen.playbook.bundle import CrmField, SyncRule
from ripen.playbook.graph import CrmStep, Journey
from tests.cli.test_doctor_salesforce import TOKEN, Session
from tests.support.builders import a_bundle
from tests.support.doctor_account import states


@pytest.mark.parametrize(
    ("campaign", "status", "problem"),
    [
        ("Spring Expo", "", ""),
        ("Spring Expo", "responded", ""),
        ("Spring Expo", "Attended", "Spring Expo has no member status 'Attended'; it has Sent, Responded"),
        ("Autumn Expo", "Sent", "no campaign 'Autumn Expo'"),
    ],
)
def test_campaigns_and_their_member_statuses_are_those_of_the_org(
    campaign: str, status: str, problem: str, tmp_path: Path
) -> None:
    step = CrmStep(id="1", next="end", campaign=campaign, status=status)

    found = campaigns([step], Session(tmp_path), TOKEN)  # type: ignore[arg-type]

    assert (found.state, found.found.en if problem else "") == (State.FAIL if problem else State.OK, problem)


def test_a_dry_run_asks_only_about_what_the_playbook_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(salesforce, "fetch", lambda settings, session: TOKEN)
    monkeypatch.setattr(requests, "Session", lambda: Session(tmp_path))
    fields = {"Status": CrmField(source="stage", values={"lead": "Opne"})}
    step = CrmStep(id="1", next="end", campaign="Spring Expo", owner="nobody@ripen.example")
    bundle = a_bundle(sync=SyncRule(fields=fields), journeys={"expo": Journey(name="expo", steps=(step,))})

    found = states(salesforce.rules({}, bundle))

    assert found == {
        "Salesforce mapped fields": State.FAIL,
        "Salesforce users": State.FAIL,
        "Salesforce campaigns": State.OK,
    }
