"""Values of a known lead stay, and what a form says instead is kept beside until a proof."""

from copy import replace

from ripen.capture.submission import NAME_TO_REVIEW
from ripen.capture.typed_values import adopted, with_values
from tests.support.builders import a_lead

KNOWN = a_lead(last_name="山田", first_name="花子", company="A社", phone="")


def test_a_name_is_one_value() -> None:
    found = with_values(KNOWN, {"last_name": "山田", "first_name": "太郎"}, proven=False)
    assert (found.last_name, found.first_name, found.typed) == ("山田", "花子", {"first_name": "太郎"})
    half = a_lead(last_name="山田", first_name="")
    found = with_values(half, {"last_name": "鈴木", "first_name": "一郎"}, proven=False)
    assert (found.last_name, found.first_name) == ("山田", "")
    assert found.typed == {"last_name": "鈴木", "first_name": "一郎"}


def test_the_latest_typed_value_stands_and_the_known_one_ends_it() -> None:
    found = with_values(KNOWN, {"company": "B社", "phone": "+81312345678"}, proven=False)
    assert (found.phone, found.typed) == ("+81312345678", {"company": "B社"})
    found = with_values(found, {"company": "C社"}, proven=False)
    assert found.typed == {"company": "C社"}
    assert with_values(found, {"company": "A社"}, proven=False).typed == {}
    proven = with_values(found, {"company": "D社"}, proven=True)
    assert (proven.company, proven.typed) == ("D社", {})


def test_a_proof_adopts_what_was_typed() -> None:
    known = a_lead(last_name="山田花子", first_name="", company="A社")
    known = replace(known, attributes={NAME_TO_REVIEW: "山田花子", "plan": "basic"})
    typed = {"last_name": "山田", "first_name": "花子", "company": "B社", "plan": "pro"}
    found = adopted(with_values(known, typed, proven=False))
    assert (found.last_name, found.first_name, found.company, found.typed) == ("山田", "花子", "B社", {})
    assert found.attributes == {"plan": "pro"}
