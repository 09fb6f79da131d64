"""What a fold reads besides the lead's own rows: activities at about the same time, deliveries and enrollments."""

from collections.abc import Sequence
from datetime import datetime

from ripen.adapters.rows.lead_rows import LeadRows, enrollments_in
from ripen.adapters.table import Row, Table, keys
from ripen.fold.entry import journeys_to_read
from ripen.fold.lead_history import LeadHistory
from ripen.lead.activity import Activity, happened_at
from ripen.lead.lead import Profile
from ripen.playbook.bundle import Bundle
from ripen.tracking.click_evidence import FORM_WINDOW, is_click, is_human_signal


def read_nearby(lead: str, activities: Sequence[Activity], table: Table) -> list[Row[Activity]]:
    """Return all activities at about the time of clicks and of signs of a person, folded or not."""
    evidence = [a for a in activities if a.folded is None and (is_click(a) or is_human_signal(a))]
    if not evidence:
        return []
    first, last = min(map(happened_at, evidence)) - FORM_WINDOW, max(a.at for a in evidence) + FORM_WINDOW
    return list(table.between(lead, keys.activities_since(first), keys.activities_since(last)))


def read_history(
    rows: LeadRows,
    profile: Profile,
    given: Sequence[Activity],
    nearby: Sequence[Activity],
    table: Table,
    bundle: Bundle,
    now: datetime,
) -> LeadHistory:
    """Return what the fold of the given activities needs to know of the lead."""
    state = rows.state.value if rows.state else None
    return LeadHistory(
        profile=profile,
        state=state,
        due=rows.state.due if rows.state else None,
        contact=rows.contact.value if rows.contact else None,
        enrollments=enrollments_in(journeys_to_read(state, profile, given, bundle, now), profile.id, table),
        nearby=nearby,
        deliveries=_deliveries(profile.id, nearby, table),
    )


def _deliveries(lead: str, nearby: Sequence[Activity], table: Table) -> dict[str, datetime]:
    """Return when the mails were delivered whose links were clicked, by send id."""
    sends = {activity.facts.get("send", "") for activity in nearby if is_click(activity)} - {""}
    found = table.get_many([keys.send(lead, send) for send in sorted(sends)]) if sends else []
    return {row.value.id: row.value.delivered for row in found if row and row.value.delivered}
