"""Put leads on the agenda, in the bulk lane, so that their clicks are judged again and their states recalculated."""

from copy import replace

from ripen.adapters.table import Replace, Table, keys
from ripen.agenda import Lane
from ripen.errors import Contended
from ripen.failure import Failure
from ripen.operations.leads.scan import scan_leads
from ripen.operations.progress import Progress, silent
from ripen.ports import Clock
from ripen.words import Words


def refold_all(table: Table, clock: Clock, progress: Progress = silent) -> int:
    """Have every lead recalculated soon, and return their number. A missed lead follows at its next activity."""
    return sum(scan_leads(table, lambda lead: refold_lead(lead, table, clock), progress))


def refold_lead(lead: str, table: Table, clock: Clock) -> int:
    """Put the lead on the agenda, where the tick finds it. Return 1, or 0 if there is no state yet."""

    def mark(_: int) -> int:
        row = table.get(keys.state(lead))
        if row is None:
            return 0
        outdated = replace(row.value, verdicts_outdated=True)
        table.write(Replace(row.key, outdated, row.version, due=clock.now(), lane=Lane.BULK))
        return 1

    try:
        return table.retrying(mark)
    except Contended:
        raise Failure(
            Words(
                f"Other workers keep writing to the lead {lead}.",
                f"見込み客 {lead} は他の処理が書き込み中です。",
            ),
            Words("Try again.", "もう一度実行してください。"),
        ) from None
