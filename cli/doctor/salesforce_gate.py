"""Show whether calls to Salesforce wait: it does not answer, or the day's calls are used up."""

from cli.doctor.finding import Check, Finding, Owner
from cli.output.time_zone import zoned_time
from ripen.adapters.table import Table, keys
from ripen.mail.limits.breaker import is_open
from ripen.operations.crm_error_words import next_step
from ripen.operations.phrases import reason
from ripen.words import Words

GATE = Check(Words("Salesforce takes calls", "Salesforce の呼び出し"), Owner.SALESFORCE)


def gate(table: Table, zone: str) -> Finding:
    """Return the finding; times are in that time zone."""
    row = table.get(keys.CRM_GATE)
    if row is None or not is_open(row.value.breaker):
        return GATE.ok(Words("no call waits for an outage", "障害で待っている呼び出しはありません"))
    breaker = row.value.breaker
    since, again = (zoned_time(at, zone) if at else "" for at in (breaker.opened, breaker.until))
    en, ja = reason(breaker.reason, "en"), reason(breaker.reason, "ja")
    return GATE.fail(
        Words(
            f"all calls wait since {since}: {en}; tried again at {again}",
            f"すべての呼び出しが待機中（{since} から）: {ja}。次の試行: {again}",
        ),
        next_step(breaker.reason.partition(":")[0]),
    )
