"""Two leads whose records sales merged point at one record: the older writes it, and the younger is listed."""

from copy import replace
from datetime import timedelta

from ripen.adapters.table import Replace
from ripen.crm.crm_errors import MERGED
from ripen.operations.crm_errors import failing_leads
from tests.support.crm_sync import Office
from tests.support.fakes import NOON


def admit_both(office: Office) -> None:
    office.admit(id="old", email="old@example.jp", created=NOON - timedelta(days=9))
    office.admit(id="young", email="young@example.jp", created=NOON)
    office.sync("old", "young")


def merge(office: Office, kept: str, gone: str) -> None:
    """Merge the records of two leads, as sales does: Salesforce keeps the key of one."""
    of = {record.key: record for record in office.crm.records.values()}
    del office.crm.records[of[gone].id]
    office.crm.records[of[kept].id] = replace(of[kept], merged_ids=frozenset({of[gone].id}))


def changes(office: Office, lead: str) -> None:
    row = office.mark(lead)
    office.table.write(Replace(row.key, replace(row.value, digest=""), row.version, due=NOON))
    office.clock.move(minutes=15)
    office.sync(lead)


def test_younger_lead_of_a_merged_record_is_listed_and_not_written(office: Office) -> None:
    admit_both(office)
    merge(office, kept="old", gone="young")

    changes(office, "young")

    [record] = office.crm.records.values()
    assert record.key == "old"
    link = office.profile("young").crm
    assert link and link.id == record.id
    [listed] = failing_leads(office.table, office.clock.now())
    assert (listed.email, listed.code, listed.merged_with) == ("young@example.jp", MERGED, "old@example.jp")
    assert office.decisions("young")[-1] == ("refused", f"{MERGED}: old")


def test_older_lead_takes_the_record_over_and_the_younger_is_listed_within_the_next_tick(office: Office) -> None:
    admit_both(office)
    merge(office, kept="young", gone="old")

    changes(office, "old")
    [record] = office.crm.records.values()
    due = office.mark("young").due
    office.sync("young")

    assert record.key == "old"
    assert due == office.clock.now()
    assert [each.email for each in failing_leads(office.table, office.clock.now())] == ["young@example.jp"]
    office.clock.move(days=1)
    office.sync("old", "young")
    assert [record.key for record in office.crm.records.values()] == ["old"]


def test_opt_out_of_a_merged_record_is_read_for_the_younger_lead_too(office: Office) -> None:
    admit_both(office)
    merge(office, kept="old", gone="young")
    office.crm.records = {id: replace(record, opted_out=True) for id, record in office.crm.records.items()}

    changes(office, "young")

    assert office.profile("young").crm_opt_out
