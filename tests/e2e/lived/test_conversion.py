"""Sales makes a Contact of a Lead in Salesforce, and we see it when we next write there."""

from typing import Any

from tests.support.form_visitors import a_director
from tests.support.local_cloud import Running, eventually


def test_whom_sales_converts_leaves_the_journey_but_goes_through_what_made_us_look(cloud: Running) -> None:
    # given somebody who has been in a journey for more than an hour, and whom sales took over
    person = a_director(job_title="")
    cloud.submit("whitepaper", **person)
    record = eventually(lambda: cloud.lead(person["email"])["profile"]["crm"])
    cloud.ripen("clock", "+61m")
    cloud.control("salesforce", "convert", lead=record["id"])
    # when that person subscribes to the letter, and turns hot
    cloud.submit("newsletter", email=person["email"])
    cloud.submit("whitepaper", email=person["email"], job_title="部長")
    eventually(lambda: cloud.lead(person["email"])["profile"]["crm"]["object"] == "Contact")
    cloud.tick()
    # then the journey is left, and the letter goes on
    eventually(lambda: "exited" in str(runs(cloud.lead(person["email"]))))
    cloud.ripen("clock", "+1s")
    expected = {"whitepaper": ("exited", "converted"), "welcome": ("active", "")}
    assert runs(cloud.lead(person["email"])) == expected


def runs(lead: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {run["journey"]: (run["state"], run["reason"]) for run in lead["enrollments"]}
