"""A mail to an address that is not proven carries no message of a stranger."""

from copy import replace

from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.mail.content.typed_text import Content, shown_content
from ripen.playbook.bundle import Bundle, FormField
from ripen.playbook.graph import Journey, UpdateStep
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON

PHISHING = "Your account is locked, see evil.example"
UNPROVEN = Contact(lead="lead1")


def playbook() -> Bundle:
    bundle = a_bundle()
    day = FormField(name="webinar_date", label={}, type="select", options=({"ja": "10日", "en": "the 10th"},))
    form = replace(
        bundle.forms["whitepaper"], fields=(day, FormField(name="note", label={}), FormField(name="plan", label={}))
    )
    journey = Journey(name="j", steps=(UpdateStep(id="update", next="", fields={"plan": "gold"}),))
    return replace(bundle, forms={"whitepaper": form}, journeys={"j": journey})


def shown(
    profile: Profile | None = None,
    contact: Contact = UNPROVEN,
    facts: dict[str, str] | None = None,
    answers: dict[str, dict[str, object]] | None = None,
) -> Content:
    content = Content(profile=profile or a_lead(), facts=facts or {}, answers=answers or {})
    return shown_content(content, contact, playbook())


def test_names_stay_if_they_look_like_names() -> None:
    kept = shown(a_lead(last_name="山田", first_name="花子")).profile
    assert (kept.last_name, kept.first_name) == ("山田", "花子")
    gone = shown(a_lead(last_name=PHISHING, first_name="evil.example")).profile
    assert (gone.last_name, gone.first_name) == ("", "")


def test_all_other_text_of_the_form_is_left_out() -> None:
    typed = a_lead(company=PHISHING, department="x", job_title="y", phone="+81", attributes={"note": PHISHING})
    kept = shown(typed).profile
    assert (kept.company, kept.department, kept.job_title, kept.phone, kept.attributes) == ("", "", "", "", {})


def test_options_days_and_values_of_the_playbook_stay() -> None:
    known = {"webinar_date": "the 10th", "birthday": "1990-02-28", "plan": "gold"}
    assert shown(a_lead(attributes=known)).profile.attributes == known
    assert shown(a_lead(attributes={"webinar_date": "gold", "plan": "silver"})).profile.attributes == {}


def test_the_entry_keeps_what_the_company_says_and_loses_what_was_typed() -> None:
    facts = {"webinar_date": "10日", "note": PHISHING, "order": "A-1 from our shop"}
    assert shown(facts=facts).facts == {"webinar_date": "10日", "order": "A-1 from our shop"}


def test_text_of_a_form_that_is_gone_is_still_typed_text() -> None:
    content = Content(profile=a_lead(), facts={"note": PHISHING}, answers={})
    assert shown_content(content, UNPROVEN, a_bundle(forms={}), playbook()).facts == {}


def test_an_answer_that_repeats_typed_text_is_left_out() -> None:
    answers: dict[str, dict[str, object]] = {
        "call": {"hello": f"Dear {PHISHING}", "seat": 12, "nested": {"a": PHISHING}, "room": "A"}
    }
    assert shown(a_lead(company=PHISHING), answers=answers).answers == {"call": {"seat": 12, "room": "A"}}


def test_a_proven_address_sees_everything() -> None:
    typed = a_lead(company="Acme 24", attributes={"note": "call me"})
    found = shown(typed, replace(UNPROVEN, proven=NOON), {"note": "call me"}, {"call": {"hello": "Acme 24"}})
    assert found.profile == typed
    assert found.facts == {"note": "call me"}
    assert found.answers == {"call": {"hello": "Acme 24"}}
