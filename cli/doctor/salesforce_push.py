"""Show when Salesforce last said that records have changed. A company may do without: the polls find every change."""

from cli.doctor.finding import Check, Finding, Owner
from cli.output.time_zone import zoned_time
from ripen.adapters.table import Table, keys
from ripen.words import Words

PUSH = Check(Words("Salesforce push", "Salesforce からの通知"), Owner.SALESFORCE)
_NONE = Words("none has come; changes are read every five minutes", "まだ届いていません。変更は 5 分ごとに読み取ります")


def last_push(table: Table, zone: str) -> Finding:
    """Return the time of the last push, to the minute."""
    row = table.get(keys.PUSH)
    if row is None:
        return PUSH.ok(_NONE)
    at = zoned_time(row.value.at, zone)
    return PUSH.ok(Words(f"the last came at {at}", f"最後に届いたのは {at}"))
