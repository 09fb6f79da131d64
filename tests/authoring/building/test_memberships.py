"""From `sync.campaigns` to the journeys that keep the members of a Salesforce campaign up to date."""

from ripen.playbook.graph import CrmStep, Journey
from ripen.playbook.trigger import OnActivity, OnRank
from ripen_authoring.building.memberships import memberships
from ripen_authoring.files.document import read_yaml
from ripen_authoring.files.validation import validate
from ripen_authoring.models.settings import Sync

MAP = """campaigns:
  Spring Expo:
    Registered: {form: webinar}
    Responded: [{click: invitation}, {rank: hot}]
"""


def built(text: str) -> list[Journey]:
    return list(memberships(validate(Sync, read_yaml("ripen.yaml", text))))


def test_each_status_is_a_journey_that_enters_once_and_replaces_only_earlier_ones() -> None:
    registered, responded = built(MAP)

    assert registered.enrol == (OnActivity(kind="form_submitted", subject="webinar"),)
    assert [type(on) for on in responded.enrol] == [OnActivity, OnRank]
    assert {registered.again.how, responded.again.how} == {"never"}
    steps = [step for each in (registered, responded) for step in each.steps if isinstance(step, CrmStep)]
    assert [(step.campaign, step.status, step.replaces) for step in steps] == [
        ("Spring Expo", "Registered", ()),
        ("Spring Expo", "Responded", ("Registered",)),
    ]
    assert (registered.first, responded.first) == (steps[0].id, steps[1].id)


def test_a_status_keeps_its_journey_when_others_are_added() -> None:
    more = built(MAP.replace("Registered:", "Sent: {click: any}\n    Registered:"))

    assert {each.name for each in built(MAP)} < {each.name for each in more}
    assert built("lead_source: Ripen") == []
