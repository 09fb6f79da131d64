"""Sales converts a Lead in Salesforce, and the next write finds the Contact."""

from typing import Any

from tests.support.form_visitors import a_director
from tests.support.local_cloud import RunningCloud


def test_a_converted_lead_exits_its_journeys_but_goes_through_the_one_of_its_new_activity(cloud: RunningCloud) -> None:
    # given a lead that has been in a journey for more than an hour, and that sales converted
    person = a_director(job_title="")
    cloud.submit("whitepaper", **person)
    cloud.ripen("clock", "+61m")
    record = cloud.lead(person["email"])["profile"]["crm"]
    cloud.control("salesforce", "convert", lead=record["id"])
    # when that person subscribes to the letter, and sends another form
    cloud.submit("newsletter", email=person["email"])
    cloud.submit("whitepaper", email=person["email"], job_title="部長")
    cloud.ripen("clock", "+2m")
    # then the lead has left the journey, and still gets the letter, and once more the guide that it asks for
    assert cloud.lead(person["email"])["profile"]["crm"]["object"] == "Contact"
    assert runs(cloud.lead(person["email"])) == {
        ("whitepaper", "exited", "converted"),
        ("whitepaper", "exited", "asked for the mail again"),
        ("welcome", "active", ""),
    }


def runs(lead: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(run["journey"], run["state"], run["reason"]) for run in lead["enrollments"]}
