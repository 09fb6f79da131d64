"""Outbound messages of Salesforce: SOAP requests with up to 100 notifications, each about one changed record.

They carry no signature and no session, so nothing is taken from them but ids: the records are read back by REST.

Source: Salesforce, SOAP API Developer Guide, "Outbound Messaging".
"""

import re
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring
from msgspec import Struct

from ripen.errors import Rejected

MAX_BYTES = 1024 * 1024
"""A hundred notifications of our package have a tenth of that; an administrator may add fields."""
_MOST = 100
_NOTIFICATIONS = (
    "{http://schemas.xmlsoap.org/soap/envelope/}Body/{http://soap.sforce.com/2005/09/outbound}notifications"
)
_OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"
_OBJECTS = {"00Q": "Lead", "003": "Contact", "006": "Opportunity", "00v": "CampaignMember"}
"""The objects whose changes are read, by the first characters of their ids."""
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>{}</soapenv:Body>'
    "</soapenv:Envelope>"
)

ACK = _ENVELOPE.format(
    '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
)
"""The answer after which Salesforce forgets the notifications; after any other it sends them again for a day."""


class OutboundMessage(Struct, frozen=True):
    """The org that sent the message, and the ids of its records by object; `unknown` ones are of no such object."""

    organisation: str
    records: dict[str, tuple[str, ...]]
    unknown: int = 0


def read(body: bytes) -> OutboundMessage:
    """Return the message. Raises Rejected, also for a document type, which only an attack would declare."""
    if len(body) > MAX_BYTES:
        raise Rejected("the body is larger than 1 MB", status=413)
    try:
        notifications = fromstring(body, forbid_dtd=True).find(_NOTIFICATIONS)
    except (SyntaxError, ValueError, LookupError):  # malformed, with a document type, in an unknown encoding
        raise Rejected("the body is no well-formed XML without a document type") from None
    if notifications is None:
        raise Rejected("the body is no outbound message")
    found = notifications.findall(f"{_OUTBOUND}Notification")
    if not 0 < len(found) <= _MOST:
        raise Rejected(f"an outbound message has 1 to {_MOST} notifications")
    ids = {each.findtext(f"{_OUTBOUND}Id", ""): _record(each) for each in found}
    records: dict[str, tuple[str, ...]] = {}
    for id in dict.fromkeys(ids.values()):
        if object := _object(id):
            records[object] = (*records.get(object, ()), id)
    unknown = sum(not _object(id) for id in ids.values())
    return OutboundMessage(notifications.findtext(f"{_OUTBOUND}OrganizationId", "").strip(), records, unknown)


def fault(reason: str) -> str:
    """Return a SOAP fault, whose text Salesforce shows in Setup under Outbound Messages."""
    text = f"<faultcode>soapenv:Client</faultcode><faultstring>{escape(reason)}</faultstring>"
    return _ENVELOPE.format(f"<soapenv:Fault>{text}</soapenv:Fault>")


def _record(notification: Element) -> str:
    """Return the first 15 characters of the id of the notification's record; "" if it is no id."""
    fields = notification.iterfind(f"{_OUTBOUND}sObject/*")
    id = next((str(field.text).strip() for field in fields if field.tag.rpartition("}")[2] == "Id"), "")
    return id[:15] if _ID.fullmatch(id) else ""


def _object(id: str) -> str:
    return _OBJECTS.get(id[:3], "")
