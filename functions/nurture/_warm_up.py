"""The warm-up of the sender: when a provider takes another marketing mail, and the count of those that it got today."""

from datetime import datetime, timedelta

from nurture._send_context import Dependencies, SendContext
from ripen.adapters.rows.warm_up_plan import sent_on
from ripen.adapters.table import Add, keys
from ripen.calendar.local_time import office_zone
from ripen.mail.ledger import with_jitter
from ripen.mail.limits import warm_up

_COUNTS_KEPT = timedelta(days=7)


def warm_up_opens(context: SendContext, dependencies: Dependencies, now: datetime) -> datetime | None:
    """Return when the provider takes the mail, if the cap of today is reached; None if the mail may go."""
    most = _cap(context, dependencies, now)
    if most is None:
        return None
    zone = office_zone(dependencies.live().bundle.brand)
    if sent_on(warm_up.today(now, zone), warm_up.provider(context.lead.email), dependencies.table) < most:
        return None
    return with_jitter(context.send.value, warm_up.tomorrow(now, zone))


def count_in_warm_up(context: SendContext, dependencies: Dependencies, now: datetime) -> list[Add]:
    """Return the change that counts the mail for its provider at its claim; none without a warm-up."""
    most = _cap(context, dependencies, now)
    number = warm_up.counted(context.send.value, most) if most is not None else 0
    if not number:
        return []
    day = warm_up.today(now, office_zone(dependencies.live().bundle.brand)).isoformat()
    key = keys.warm_up_count(warm_up.provider(context.lead.email), day)
    return [Add(key, {"sent": number}, expires=now + _COUNTS_KEPT)]


def _cap(context: SendContext, dependencies: Dependencies, now: datetime) -> int | None:
    plan = dependencies.warm_up()
    if plan is None:
        return None
    zone = office_zone(dependencies.live().bundle.brand)
    return warm_up.cap(plan, warm_up.provider(context.lead.email), warm_up.day_of(plan, now, zone))
