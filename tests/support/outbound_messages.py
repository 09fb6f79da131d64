"""Outbound messages as Salesforce sends them."""

ORGANISATION = "00DJ50000000001MAA"
_ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" \
xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>
<notifications xmlns="http://soap.sforce.com/2005/09/outbound">
 <OrganizationId>{organisation}</OrganizationId><ActionId>04kJ50000000001MAA</ActionId><SessionId xsi:nil="true"/>
 {notifications}
</notifications></soapenv:Body></soapenv:Envelope>"""
_NOTIFICATION = """<Notification><Id>04lJ5{number:010}</Id>
  <sObject xsi:type="sf:{object}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>{id}</sf:Id></sObject>
 </Notification>"""


def an_id(prefix: str, number: int = 1) -> str:
    """Return an id of 15 characters."""
    return f"{prefix}J5{number:010}"


def an_outbound_message(*ids: str, organisation: str = ORGANISATION, object: str = "Lead") -> str:
    """Return the body of a message with one notification about each of these records."""
    notifications = [_NOTIFICATION.format(number=n, object=object, id=id) for n, id in enumerate(ids)]
    return _ENVELOPE.format(organisation=organisation, notifications="".join(notifications))
