"""Times on the screen: in the brand's time zone, which is named once."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cli.output.language import say
from ripen.adapters.playbook import Playbook
from ripen.calendar.local_time import office_zone
from ripen.operations.live_playbook import live_bundle_if_any


def brand_zone(playbook: Playbook) -> str:
    """Return the brand's time zone; UTC if no playbook has been published yet."""
    bundle = live_bundle_if_any(playbook)
    return office_zone(bundle.brand).key if bundle else "UTC"


def times_are_in(zone: str) -> str:
    """Return the line that names the time zone of the times below it."""
    return say(f"Times: {zone}", f"時刻: {zone}")


def zoned_time(at: datetime, zone: str, form: str = "%Y-%m-%d %H:%M") -> str:
    """Return the time in that time zone, with the zone's name."""
    return f"{local_time(at, zone, form)} {zone}"


def local_time(at: datetime, zone: str, form: str = "%Y-%m-%d %H:%M") -> str:
    """Return the time in that time zone."""
    return f"{at.astimezone(ZoneInfo(zone)):{form}}"
