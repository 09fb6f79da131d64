"""Merge two Leads or two Contacts, as sales does with a button: one is kept, the other goes to the recycle bin."""

from copy import replace

from sandbox.salesforce.org import Org


def merge(org: Org, object: str, kept: str, merged: str) -> None:
    """Merge a record into another one, which keeps its values. Raises Refused if one of them is not there."""
    sobject = org.schema[object]
    with org.journal.atomic():
        master, gone = org.read(sobject, kept), org.read(sobject, merged)
        org.journal.put(replace(gone, values={**gone.values, "MasterRecordId": master.id}))
        org.delete(sobject, gone.id)
