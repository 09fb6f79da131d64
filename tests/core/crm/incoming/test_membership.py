"""Members of the CRM's campaigns: the campaigns that are watched, and the leads that are enrolled."""

from copy import replace
from datetime import timedelta

from ripen.crm.incoming.membership import Member, MemberPoll, membership_activity, updated_poll, watched_campaigns
from ripen.fold.consequences import CrmOutdated, Enrolled
from ripen.fold.fold import Folded, fold
from ripen.fold.lead_history import LeadHistory
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from ripen_authoring.building.journeys import journey
from ripen_authoring.files.document import read_yaml
from ripen_authoring.files.validation import validate
from ripen_authoring.models.journeys import JourneyFile
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON


def playbook(enrol: str) -> Bundle:
    """Return a playbook whose one journey has this trigger."""
    file = validate(JourneyFile, read_yaml("j.yaml", f"enrol: {enrol}\nsteps: [{{send: case-study}}]"))
    return replace(a_bundle(), journeys={"j": journey("j", file, ("ja", "en"))})


def a_membership(
    status: str = "Sent", id: str = "00v1", minutes: int = 0, *, was_one: bool = False, name: str = "Expo"
) -> Activity:
    at = NOON + timedelta(minutes=minutes)
    member = Member(
        id=id,
        campaign="701000000000001AAA",
        campaign_name=name,
        status=status,
        created=NOON - timedelta(days=1) if was_one else NOON,
        changed=at,
        records=("00Q1",),
    )
    return membership_activity(member, "Expo", "lead1", NOON, at)


def lived(bundle: Bundle, *activities: Activity) -> list[Folded]:
    state: State | None = None
    story: list[Folded] = []
    runs: list[Enrollment] = []
    for activity in activities:
        story.append(
            fold(LeadHistory(profile=a_lead(), state=state, enrollments=runs), [activity], bundle, activity.received)
        )
        state = story[-1].state
        runs += [each.enrollment for each in story[-1].consequences if isinstance(each, Enrolled)]
    return story


def keys(story: list[Folded]) -> list[list[str]]:
    return [[each.enrollment.key for each in got.consequences if isinstance(each, Enrolled)] for got in story]


def test_a_new_member_is_enrolled_with_the_facts_of_the_membership() -> None:
    [got] = lived(playbook("{on: {crm_campaign: Expo}}"), a_membership("Responded"))
    [entry] = [each.enrollment for each in got.consequences if isinstance(each, Enrolled)]
    assert (entry.facts["status"], entry.facts["campaign"]) == ("Responded", "Expo")


def test_a_membership_enrols_once_whatever_its_status_becomes() -> None:
    story = (a_membership("Sent"), a_membership("Responded", minutes=5))
    for again in ("never", "after exit", "after 1 minutes", "once per member", "once per campaign"):
        entered = keys(lived(playbook(f"{{on: {{crm_campaign: Expo}}, again: {again}}}"), *story))
        assert [len(some) for some in entered] == [1, 0], again


def test_a_removed_member_that_joins_again_is_another_membership() -> None:
    story = (a_membership(), a_membership(id="00v2", minutes=5))
    assert keys(lived(playbook("{on: {crm_campaign: Expo}, again: once per member}"), *story)) == [["00v1"], ["00v2"]]
    assert [len(some) for some in keys(lived(playbook("{on: {crm_campaign: Expo}}"), *story))] == [1, 0]
    once = playbook("{on: {crm_campaign: Expo}, again: once per campaign}")
    assert keys(lived(once, *story)) == [["701000000000001AAA"], []]


def test_a_renamed_campaign_is_the_same_campaign() -> None:
    story = (a_membership(), a_membership(id="00v2", minutes=5, name="Expo 2026"))
    once = playbook("{on: {crm_campaign: Expo}, again: once per campaign}")
    assert [len(some) for some in keys(lived(once, *story))] == [1, 0]


def test_a_status_matches_in_any_case() -> None:
    bundle = playbook("{on: {crm_campaign: Expo, status: Responded}}")
    story = (a_membership("Sent"), a_membership("responded", minutes=5))
    assert [len(some) for some in keys(lived(bundle, *story))] == [0, 1]


def test_an_earlier_member_has_not_joined_but_may_reach_a_status() -> None:
    was_one = a_membership("Responded", was_one=True)
    assert keys(lived(playbook("{on: {crm_campaign: Expo}}"), was_one)) == [[]]
    assert [len(some) for some in keys(lived(playbook("{on: {crm_campaign: Expo, status: Responded}}"), was_one))] == [
        1
    ]


def test_another_campaign_enrols_no_lead() -> None:
    assert keys(lived(playbook("{on: {crm_campaign: Fair}}"), a_membership())) == [[]]


def test_a_change_that_came_from_the_crm_is_not_written_back() -> None:
    _, second = lived(playbook("{on: {crm_campaign: Expo}}"), a_membership(), a_membership("Responded", minutes=5))
    assert not [each for each in second.consequences if isinstance(each, CrmOutdated)]


def test_a_campaign_is_watched_from_the_time_a_journey_names_it() -> None:
    assert watched_campaigns(
        playbook("{on: [{crm_campaign: Expo}, {crm_campaign: Fair, status: Sent}, {form: f}]}")
    ) == (
        "Expo",
        "Fair",
    )
    first = updated_poll(None, ("Expo",), NOON)
    assert first == MemberPoll(watched={"Expo": NOON}, since=NOON)
    later = NOON + timedelta(days=1)
    assert updated_poll(first, ("Expo", "Fair"), later).watched == {"Expo": NOON, "Fair": later}
    assert updated_poll(first, ("Expo", "Fair"), later).since == NOON


def test_a_poll_that_rested_starts_from_now() -> None:
    later = NOON + timedelta(days=9)
    rested = updated_poll(updated_poll(None, ("Expo",), NOON), (), NOON)
    assert rested.watched == {}
    assert updated_poll(rested, ("Expo",), later) == MemberPoll(watched={"Expo": later}, since=later)
