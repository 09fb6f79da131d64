"""The lead's local time: its time zone, and the moment of a local date and time.

Some local times do not exist, because clocks are put forward; some exist twice, because clocks are put back.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ripen.lead.lead import Profile
from ripen.playbook.bundle import Brand

_ZONE_BY_COUNTRY = dict(
    pair.split("=")
    for pair in [
        "AE=Asia/Dubai",
        "AT=Europe/Vienna",
        "BD=Asia/Dhaka",
        "BE=Europe/Brussels",
        "BG=Europe/Sofia",
        "CH=Europe/Zurich",
        "CN=Asia/Shanghai",
        "CO=America/Bogota",
        "CZ=Europe/Prague",
        "DE=Europe/Berlin",
        "DK=Europe/Copenhagen",
        "EE=Europe/Tallinn",
        "EG=Africa/Cairo",
        "FI=Europe/Helsinki",
        "FR=Europe/Paris",
        "GB=Europe/London",
        "GR=Europe/Athens",
        "HK=Asia/Hong_Kong",
        "HR=Europe/Zagreb",
        "HU=Europe/Budapest",
        "IE=Europe/Dublin",
        "IL=Asia/Jerusalem",
        "IN=Asia/Kolkata",
        "IS=Atlantic/Reykjavik",
        "IT=Europe/Rome",
        "JP=Asia/Tokyo",
        "KE=Africa/Nairobi",
        "KH=Asia/Phnom_Penh",
        "KR=Asia/Seoul",
        "KW=Asia/Kuwait",
        "LA=Asia/Vientiane",
        "LK=Asia/Colombo",
        "LT=Europe/Vilnius",
        "LU=Europe/Luxembourg",
        "LV=Europe/Riga",
        "MA=Africa/Casablanca",
        "MM=Asia/Yangon",
        "MO=Asia/Macau",
        "MT=Europe/Malta",
        "MY=Asia/Kuala_Lumpur",
        "NG=Africa/Lagos",
        "NL=Europe/Amsterdam",
        "NO=Europe/Oslo",
        "NP=Asia/Kathmandu",
        "PE=America/Lima",
        "PH=Asia/Manila",
        "PK=Asia/Karachi",
        "PL=Europe/Warsaw",
        "QA=Asia/Qatar",
        "RO=Europe/Bucharest",
        "RS=Europe/Belgrade",
        "SA=Asia/Riyadh",
        "SE=Europe/Stockholm",
        "SG=Asia/Singapore",
        "SI=Europe/Ljubljana",
        "SK=Europe/Bratislava",
        "TH=Asia/Bangkok",
        "TR=Europe/Istanbul",
        "TW=Asia/Taipei",
        "VE=America/Caracas",
        "VN=Asia/Ho_Chi_Minh",
        "ZA=Africa/Johannesburg",
    ]
)
"""The time zone of each country that has only one (IANA zone.tab; China by its law)."""


def lead_zone(profile: Profile, brand: Brand) -> ZoneInfo:
    """Return the time zone of the lead, else of its country if that has only one, else of the brand, else UTC.

    Unknown zone names are skipped.
    """
    names = (profile.time_zone, _ZONE_BY_COUNTRY.get(profile.country.upper(), ""), brand.time_zone)
    return next(filter(None, map(_zone_or_none, names)), None) or ZoneInfo("UTC")


def office_zone(brand: Brand, of_team: str = "") -> ZoneInfo:
    """Return the time zone of a team, if it has its own, else the company's."""
    return _zone_or_none(of_team) or _zone_or_none(brand.time_zone) or ZoneInfo("UTC")


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, of a local date and time.

    This is the first of two moments if the local time exists twice, and the first moment after the gap if it does not
    exist. Raises OverflowError outside the years 1 to 9999.
    """
    wall = datetime.combine(day, at)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    return _after_gap(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment, zone)


def time_of_day(text: str) -> time:
    """Parse a time of day of the playbook, such as "09:00"."""
    return time.fromisoformat(text)


def _after_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the second at which clocks were put forward between these two moments, found by bisection."""
    offset = before.astimezone(zone).utcoffset()
    before = before.replace(microsecond=0)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _zone_or_none(name: str) -> ZoneInfo | None:
    """Return the time zone of that name, None if there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # unknown zone, invalid name, a directory of zones
        return None
