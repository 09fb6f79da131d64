"""A record of the CRM that stands for several of our leads, because sales merged their records: the oldest writes it.

All of them point at the record. The others are refused with MERGED, so that a person sees them (`ripen crm errors`).
"""

from collections.abc import Mapping, Sequence
from copy import replace

from ripen.crm.upsert import CrmState, DesiredRecord, Plan, Record, Shared, Write, match, plan
from ripen.lead.lead import CrmLink, Profile


def other_leads(wanted: Sequence[DesiredRecord], found: CrmState) -> list[str]:
    """Return the leads, other than these, whose key a record has. They may not exist any more."""
    ours = {want.lead for want in wanted}
    return list({record.key for record in found.records if record.key and record.key not in ours})


def plan_all(wanted: Sequence[DesiredRecord], found: CrmState, others: Mapping[str, Profile]) -> list[Plan]:
    """Return the plan of each lead. `others` are the profiles of `other_leads` that exist, by lead."""
    index = _by_name(found.records)
    records = [match(want, _about(want, index)) for want in wanted]
    writers = _writers(wanted, records, others)
    return [
        _plan(want, record, found, writers[record.id] if record else want.lead)
        for want, record in zip(wanted, records, strict=True)
    ]


def _by_name(records: Sequence[Record]) -> dict[str, list[tuple[int, Record]]]:
    """Return the records, with their places, by each id, key and address that a lead may know them by."""
    found: dict[str, list[tuple[int, Record]]] = {}
    for placed in enumerate(records):
        _, record = placed
        for name in {record.id, record.key, record.email.casefold(), *record.merged_ids}:
            found.setdefault(name, []).append(placed)
    return found


def _about(desired: DesiredRecord, index: Mapping[str, list[tuple[int, Record]]]) -> list[Record]:
    """Return the records that may be about the lead, and the Contacts that they became, in their order."""
    names = [desired.lead, desired.email.casefold(), desired.link.id if desired.link else ""]
    placed = {place: record for name in names if name for place, record in index.get(name, ())}
    converted = [record.converted_to for record in placed.values() if record.converted_to]
    placed |= {place: record for id in converted for place, record in index.get(id, ())}
    return [placed[place] for place in sorted(placed)]


def _plan(desired: DesiredRecord, record: Record | None, found: CrmState, writer: str) -> Plan:
    if record is None or writer == desired.lead:
        return plan(desired, found, record)
    if own := _own_record(desired, record, found):
        return plan(desired, found, own)
    return Shared(lead=desired.lead, record=record, writer=writer, link=_link(desired.link, record))


def _own_record(desired: DesiredRecord, shared: Record, found: CrmState) -> Record | None:
    """Return another record of this lead, which sales may have made to undo a wrong merge."""
    others = [record for record in found.records if record is not shared and record.key in ("", desired.lead)]
    return match(replace(desired, link=None), others)


def _writers(
    wanted: Sequence[DesiredRecord], records: Sequence[Record | None], others: Mapping[str, Profile]
) -> dict[str, str]:
    """Return the lead that writes each record: the oldest of those that stand behind it."""
    leads: dict[str, list[tuple[float, str]]] = {}
    for want, record in zip(wanted, records, strict=True):
        if record:
            behind = leads.setdefault(record.id, [])
            behind.append((want.created.timestamp(), want.lead))
            other = others.get(record.key)
            if other and other.crm and other.crm.id == record.id:
                behind.append((other.created.timestamp(), other.id))
    return {id: min(behind)[1] for id, behind in leads.items()}


def _link(known: CrmLink | None, record: Record) -> CrmLink | None:
    """Return the link to the record, in the org of the link that the lead has; None without one."""
    if known is None:
        return None
    page = known.url.replace(f"/{known.object}/{known.id}", f"/{record.object}/{record.id}")
    return CrmLink(
        object=record.object,
        id=record.id,
        url=page,
        owner=record.owner,
        owner_name=record.owner_name,
        owner_email=record.owner_email,
        status=record.status,
    )


def displaced(write: Write) -> str:
    """Return the lead that wrote the record before, "" if it was the same: it is to read the record again."""
    key = write.record.key if write.record else ""
    return key if key != write.lead else ""
