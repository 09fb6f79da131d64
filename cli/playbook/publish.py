"""Making a bundle live: it is stored first and pointed to last; what was live is remembered, so that no function is sent to what is not there."""

from datetime import datetime

from cli.playbook.schedules import polls, schedules
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Replace, Table, keys
from ripen.bundle import Bundle
from ripen.setting import Live, Published

_MOST_KEPT = 200


def publish(bundle: Bundle, table: Table, playbook: Playbook, site: str, now: datetime) -> bool:
    """Store the bundle and move the pointer to it; False if it was live already, at this site.

    Raises Conflict if somebody else published in the same moment.
    """
    live = table.get(keys.LIVE)
    if live and (live.value.bundle, live.value.site) == (bundle.hash, site):
        return False
    before = playbook.bundle(live.value.bundle) if live else None
    playbook.put(bundle)
    new, history = Live(bundle=bundle.hash, site=site, at=now), table.get(keys.PUBLISHED)
    past = history.value.history if history else (live.value,) if live else ()
    table.write(
        Replace(keys.LIVE, new, was=live.version if live else 0),
        Replace(keys.PUBLISHED, Published(history=(*past, new)[-_MOST_KEPT:]), was=history.version if history else 0),
        *schedules(bundle, before, table, now),
        *polls(bundle, table, now),
    )
    return True
