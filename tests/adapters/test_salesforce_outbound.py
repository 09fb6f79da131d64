"""Outbound messages are read as far as ids, and nothing in them is expanded."""

import pytest

from ripen.adapters.salesforce.outbound import MAX_BYTES, fault, read
from ripen.errors import Rejected
from tests.support.outbound_messages import ORGANISATION, an_id, an_outbound_message

LEAD, CONTACT, DEAL, MEMBER = (an_id(prefix) for prefix in ("00Q", "003", "006", "00v"))
BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


def test_ids_are_read_by_object_each_once() -> None:
    message = read(an_outbound_message(LEAD, CONTACT, LEAD + "MAA", DEAL, MEMBER).encode())
    assert message.organisation == ORGANISATION
    assert message.records == {
        "Lead": (LEAD,),
        "Contact": (CONTACT,),
        "Opportunity": (DEAL,),
        "CampaignMember": (MEMBER,),
    }
    assert message.unknown == 0


def test_a_hundred_notifications_of_which_one_is_unknown() -> None:
    leads = [an_id("00Q", number) for number in range(99)]
    message = read(an_outbound_message(*leads, an_id("a01")).encode())
    assert (len(message.records["Lead"]), message.unknown) == (99, 1)


@pytest.mark.parametrize("id", ["", "00Q", "00Q'OR Id!=null", LEAD + "M", "00Q" + "あ" * 12])
def test_text_that_is_no_id_is_unknown(id: str) -> None:
    message = read(an_outbound_message(id, CONTACT).encode())
    assert (message.records, message.unknown) == ({"Contact": (CONTACT,)}, 1)


@pytest.mark.parametrize("declared", [BOMB, FILE, "<!DOCTYPE html>"])
def test_document_type_with_or_without_entities_is_refused(declared: str) -> None:
    text = an_outbound_message(LEAD).replace("<soapenv:Envelope", declared + "<soapenv:Envelope", 1)
    with pytest.raises(Rejected) as refused:
        read(text.replace(ORGANISATION, "&b;").encode())
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\xff\xfe\x00",
        b"<a>",
        b"<a/>",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        an_outbound_message(LEAD).replace("2005/09/outbound", "2005/09/other").encode(),
        an_outbound_message().encode(),
        an_outbound_message(*[LEAD] * 101).encode(),
        b"<a>" * 20_000,
    ],
)
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        read(body)
    assert refused.value.status == 400


def test_body_over_the_limit_is_refused() -> None:
    with pytest.raises(Rejected) as refused:
        read(b" " * (MAX_BYTES + 1))
    assert refused.value.status == 413


def test_fault_escapes_its_reason() -> None:
    assert "<faultstring>a &lt;b&gt;</faultstring>" in fault("a <b>")
