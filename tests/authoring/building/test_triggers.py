"""From the `enrol` of a journey's file to its triggers."""

import pytest

from ripen.playbook import trigger
from ripen.playbook.clause import Agreed, Condition
from ripen.playbook.graph import Again, Journey
from ripen_authoring.building.journeys import journey
from ripen_authoring.files.document import read_yaml
from ripen_authoring.files.validation import validate
from ripen_authoring.models.journeys import JourneyFile

DAY = 86400


def compiled(text: str) -> Journey:
    return journey("j", validate(JourneyFile, read_yaml("j.yaml", text)), ("ja", "en"))


@pytest.mark.parametrize(
    ("written", "meant", "key"),
    [
        ("never", Again(), ""),
        ("after 90 days", Again(how="after", seconds=90 * DAY), ""),
        ("after exit", Again(how="after exit"), ""),
        ("once per webinar_date", Again(how="by key"), "webinar_date"),
    ],
)
def test_reentry_is_parsed(written: str, meant: Again, key: str) -> None:
    found = compiled(f"enrol: {{on: {{form: f}}, again: {written}}}\nsteps: [{{send: m}}]")

    assert found.again == meant
    assert found.enrol == (trigger.OnActivity(kind="form_submitted", subject="f", key=key),)


@pytest.mark.parametrize(
    ("on", "meant"),
    [
        ("{form: f, where: {plan: [pro]}}", trigger.OnActivity(kind="form_submitted", subject="f",
                                                            where=(Condition(field="plan", any_of=("pro",)),))),
        ("{click: any}", trigger.OnActivity(kind="link_clicked")),
        ("{page: pricing}", trigger.OnActivity(kind="page_viewed", subject="pricing")),
        ("{read: guide}", trigger.OnActivity(kind="page_read", subject="guide")),
        ("{download: a.pdf}", trigger.OnActivity(kind="file_downloaded", subject="a.pdf")),
        ("{crm: status changed, where: {status: [Working]}}",
         trigger.OnActivity(kind="status_changed", where=(Condition(field="status", any_of=("Working",)),))),
        ("{crm: opportunity won, where: {amount: {at_least: 1000000}}}",
         trigger.OnActivity(kind="opportunity_won", where=(Condition(field="amount", at_least=1000000),))),
        ("{crm: converted}", trigger.OnActivity(kind="converted")),
        ("{segment: s}", trigger.OnSegment(segment="s")),
        ("{rank: hot}", trigger.OnRank(rank="hot")),
        ("{field: {plan: [pro]}}", trigger.OnField(when=Condition(field="plan", any_of=("pro",)))),
        ('{date: birthday, yearly: true, at: "9:00"}', trigger.OnDate(field="birthday", yearly=True, at="09:00")),
        ("{date: renewal, offset: -90 days}", trigger.OnDate(field="renewal", offset_days=-90)),
        ("{date: birthday, yearly: true, leap: 1 March}",
         trigger.OnDate(field="birthday", yearly=True, leap="1 March")),
        ('{every: "FREQ=MONTHLY;BYDAY=1MO", start: 2026-12-07T09:00, segment: s}',
         trigger.OnSchedule(rrule="FREQ=MONTHLY;BYDAY=1MO", start="2026-12-07T09:00", segment="s")),
        ("{api: []}", trigger.OnRequest()),
        ("{api: [order, total]}", trigger.OnRequest(facts=("order", "total"))),
    ],
)  # fmt: skip
def test_trigger_is_built(on: str, meant: trigger.Trigger) -> None:
    assert compiled(f"enrol: {{on: {on}}}\nsteps: [{{send: m}}]").enrol == (meant,)


def test_fact_of_an_entry_request_can_be_the_key_of_a_run() -> None:
    found = compiled("enrol: {on: {api: [order]}, again: once per order}\nsteps: [{send: m}]")
    assert (found.enrol, found.again) == ((trigger.OnRequest(facts=("order",), key="order"),), Again(how="by key"))
    other = compiled("enrol: {on: {api: [total]}, again: once per order}\nsteps: [{send: m}]")
    assert other.enrol == (trigger.OnRequest(facts=("total",)),)


def test_journey_has_several_triggers_or_none() -> None:
    several = compiled("enrol: {on: [{form: f}, {rank: hot}], who: {consent: marketing}}\nsteps: [{send: m}]")

    assert len(several.enrol) == 2
    assert several.who == Agreed(purpose="marketing")
    assert compiled("enrol: {}\nsteps: [{send: m}]").enrol == ()
