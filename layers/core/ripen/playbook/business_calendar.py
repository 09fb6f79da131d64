"""When the company, or a team of it, works."""

from msgspec import Struct


class Calendar(Struct, frozen=True, kw_only=True):
    """The company's working days and hours, without the public holidays of `country` (ISO 3166, "" for none)."""

    country: str = "JP"
    closures: tuple[tuple[str, str], ...] = ()
    """First and last day of each closure, such as "2026-12-29", or "12-29" for each year."""
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    opens: str = "09:00"
    closes: str = "18:00"
