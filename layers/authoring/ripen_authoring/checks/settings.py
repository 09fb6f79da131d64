"""Check ripen.yaml."""

from collections.abc import Iterator
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from ripen.nearest import nearest
from ripen_authoring.checks.clauses import check_clause, check_conditions
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.models.settings import CalendarPart, RipenFile
from ripen_authoring.problem import Problem


def check(folder: Folder, entry: Entry[RipenFile]) -> Iterator[Problem]:
    """Check the time zone, the country, the addresses, and the conditions of `policy` and `sync`."""
    model, document = entry.model, entry.document
    try:
        ZoneInfo(model.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = nearest(model.time_zone, available_timezones()).en
        yield document.problem(("time_zone",), f"there is no time zone {model.time_zone!r}{hint}")
    yield from _check_country(entry)
    for key, address in (("address", model.sender.address), ("reply_to", model.sender.reply_to)):
        if address.count("@") != 1 or not address.isascii() or any(c.isspace() for c in address):
            yield document.problem(("sender", key), f"{address!r} is not an e-mail address")
    yield from check_clause(folder, document, ("policy", "unless"), model.policy.unless, model)
    yield from check_conditions(folder, document, ("sync", "when"), model.sync.when, scores=True)
    yield from check_conditions(folder, document, ("sync", "unless"), model.sync.unless, scores=True)
    for number, tests in enumerate(model.sync.unless):
        if len(tests) > 1:
            message = "each condition of `unless` excludes leads by itself; write one field per `-`"
            yield document.problem(("sync", "unless", number), message)


def _check_country(entry: Entry[RipenFile]) -> Iterator[Problem]:
    """Check the two letters of the country; suggest them where another name of a country is written."""
    country = entry.model.calendar.country
    if country in ("", CalendarPart.model_fields["country"].default):
        return
    from holidays.registry import COUNTRIES  # slow to load

    codes = {code: (name, code, *others) for name, (_, code, *others) in COUNTRIES.items()}
    if country not in codes:
        by_name = {other.casefold(): code for code, names in codes.items() for other in names}
        close = get_close_matches(country.casefold().replace(" ", "_"), by_name, n=1, cutoff=0.7)
        hint = f"did you mean {by_name[close[0]]!r}?" if close else "write two letters, e.g. JP or US"
        message = f"the public holidays of {country!r} are not known; {hint}"
        yield entry.document.problem(("calendar", "country"), message)
