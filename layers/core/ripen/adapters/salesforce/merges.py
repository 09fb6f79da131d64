"""Records that sales merged into another: Salesforce moves them to the recycle bin and keeps the id of the other.

Source: Salesforce, Object Reference, "Lead" and "Contact" (MasterRecordId).
"""

from collections.abc import Iterator, Mapping
from copy import replace

from ripen.adapters.salesforce import composite
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.soql import masters_query
from ripen.lead.lead import CrmLink

MOST_MERGES = 3
"""How far a chain of merges is followed: a record that was merged into one that was merged, too."""


def masters(connection: Connection, object: str, origins: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return the ids of the records into which these were merged, each with the links that led to it."""
    if not origins:
        return {}
    query = composite.query(masters_query(object, origins), include_deleted=True)
    [answer] = composite.call(connection, {"masters": query}).values()
    found = dict[str, frozenset[str]]()
    for row in composite.rows(answer):
        master = str(row["MasterRecordId"])
        found[master] = found.get(master, frozenset()) | origins[str(row["Id"])]
    return found


def followed(connection: Connection, link: CrmLink) -> Iterator[CrmLink]:
    """Yield the link, and then those to the records that it was merged into: a caller stops where a record is there."""
    yield link
    ids = {link.id: frozenset([link.id])}
    for _ in range(MOST_MERGES):
        ids = masters(connection, link.object, ids)
        yield from (replace(link, id=id) for id in ids)
