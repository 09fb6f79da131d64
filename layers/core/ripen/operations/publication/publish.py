"""Store a bundle, then move the pointer to it, so that no function ever looks for a bundle that is not there."""

from copy import replace
from datetime import UTC, datetime, timedelta

from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Conflict, Replace, Table, keys
from ripen.operations.publication.recalculation import refolding
from ripen.operations.publication.schedules import polls, schedules
from ripen.playbook.bundle import Bundle
from ripen.settings import LivePlaybook, Published

_MOST_KEPT = 200


def publish(
    bundle: Bundle, table: Table, playbook: Playbook, site: str, now: datetime, ahead: timedelta = timedelta()
) -> bool:
    """Store the bundle and move the pointer to it. Return False if it was live already, at this site.

    With `ahead` the bundle is in force that much later, for all functions at one moment: no activity that came in by
    the new playbook is then scored by the old one. Raise Conflict if another person publishes at the same moment, or if
    the bundle that was published last is not in force yet.
    """
    live, at = table.get(keys.LIVE), datetime.now(UTC)
    if live and (live.value.bundle, live.value.site) == (bundle.hash, site):
        return False
    if live and live.value.in_force_from and at < live.value.in_force_from:
        raise Conflict((0,))
    before = playbook.bundle(live.value.bundle) if live else None
    playbook.put(bundle)
    new, history = LivePlaybook(bundle=bundle.hash, site=site, at=now), table.get(keys.PUBLISHED)
    if before:
        new = replace(new, previous=before.hash, in_force_from=at + ahead if ahead else None)
    past = history.value.history if history else (live.value,) if live else ()
    table.write(
        Replace(keys.LIVE, new, was=live.version if live else 0),
        Replace(keys.PUBLISHED, Published(history=(*past, new)[-_MOST_KEPT:]), was=history.version if history else 0),
        *schedules(bundle, before, table, now),
        *polls(bundle, table, now),
        *refolding(bundle, before, table, now, due=now + ahead),
    )
    return True
