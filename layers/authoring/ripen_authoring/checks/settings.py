"""Check ripen.yaml."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.checks import names
from ripen_authoring.checks.clauses import check_clause, check_conditions, unknown_field
from ripen_authoring.checks.journeys import check_trigger
from ripen_authoring.checks.mail import mailbox_rules
from ripen_authoring.checks.names import PROFILE_FIELDS
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.settings import CalendarPart, RipenFile
from ripen_authoring.problem import Problem

_RIPENS_OWN = {"Id", "Email"}
_RECORD_TYPE = re.compile(r"012[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")


def check(folder: Folder, entry: Entry[RipenFile]) -> Iterator[Problem]:
    """Check the time zone, the country, the addresses, and the conditions of `policy` and `sync`."""
    model, document = entry.model, entry.document
    try:
        ZoneInfo(model.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield document.problem(("time_zone",), unknown_time_zone(model.time_zone))
    yield from check_country(document, ("calendar", "country"), model.calendar.country)
    for key, listed in (("locales", model.locales), ("stages", model.stages)):
        for number, name in enumerate(listed):
            if name in listed[:number]:
                message = Words(f"{name!r} is written twice; keep one", f"{name!r} が 2 回あります。1 つ残してください")
                yield document.problem((key, number), message)
    sender = model.sender
    for key, address in (
        ("address", sender.address),
        ("reply_to", sender.reply_to),
        ("transactional_address", sender.transactional_address or sender.address),
    ):
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", address, re.ASCII) or not address.isascii():
            message = Words(f"{address!r} is not an e-mail address", f"{address!r} はメールアドレスではありません")
            yield document.problem(("sender", key), message)
    yield from mailbox_rules.check_names(entry)
    yield from check_clause(folder, document, ("policy", "unless"), model.policy.unless, model)
    yield from check_conditions(folder, document, ("sync", "when"), model.sync.when, scores=True)
    yield from check_conditions(folder, document, ("sync", "unless"), model.sync.unless, scores=True)
    yield from _check_mapping(folder, entry)
    yield from _check_campaigns(folder, entry)
    for number, tests in enumerate(model.sync.unless):
        if len(tests) > 1:
            message = Words(
                "each condition of `unless` excludes leads by itself; write one field per `-`",
                "`unless` の条件は 1 つずつ対象を除外します。`-` ごとに項目を 1 つだけ書いてください",
            )
            yield document.problem(("sync", "unless", number), message)


def _check_campaigns(folder: Folder, entry: Entry[RipenFile]) -> Iterator[Problem]:
    """Check the triggers of the member statuses in `sync`."""
    for campaign, statuses in entry.model.sync.campaigns.items():
        for status, triggers in statuses.items():
            for number, on in enumerate(triggers):
                where = ("sync", "campaigns", campaign, status, number)
                yield from check_trigger(folder, entry.document, where, on, entry.model)


def _check_mapping(folder: Folder, entry: Entry[RipenFile]) -> Iterator[Problem]:
    """Check the fields of Salesforce in `sync`: that they are free, and that their sources exist."""
    known = PROFILE_FIELDS | names.fields(folder)
    for name, field in entry.model.sync.fields.items():
        where = ("sync", "fields", name)
        if name in _RIPENS_OWN or name.startswith("Ripen_"):
            message = Words(
                f"Ripen itself writes {name}; remove it", f"{name} は Ripen 自身が書き込みます。削除してください"
            )
            yield entry.document.problem(where, message)
        if field.from_ and field.from_ not in known:
            yield entry.document.problem((*where, "from"), unknown_field(field.from_, known))
        if field.from_ == "stage":
            stages = list(entry.model.stages)
            for stage in field.values:
                if stage not in stages:
                    yield entry.document.problem((*where, "values", stage), _unknown_stage(stage, stages))
        if name == "RecordTypeId" and not _RECORD_TYPE.fullmatch(str(field.value)):
            message = Words(
                "write the id of a record type as `value`, in quotes: '012…'",
                "レコードタイプの ID を `value` に引用符付きで書いてください: '012…'",
            )
            yield entry.document.problem(where, message)


def _unknown_stage(stage: str, stages: list[str]) -> Words:
    hint = nearest(stage, stages)
    return Words(f"`stages` has no {stage!r}{hint.en}", f"`stages` に {stage!r} がありません{hint.ja}")


def unknown_time_zone(zone: str) -> Words:
    """Return the message for a time zone that does not exist."""
    hint = nearest(zone, available_timezones())
    return Words(f"there is no time zone {zone!r}{hint.en}", f"タイムゾーン {zone!r} はありません{hint.ja}")


def check_country(document: Document, where: DocumentPath, country: str) -> Iterator[Problem]:
    """Check the two letters of a calendar's country; suggest them where another name of a country is written."""
    if country in ("", CalendarPart.model_fields["country"].default):
        return
    from holidays.registry import COUNTRIES  # slow to load

    codes = {code: (name, code, *others) for name, (_, code, *others) in COUNTRIES.items()}
    if country not in codes:
        by_name = {other.casefold(): code for code, names in codes.items() for other in names}
        close = get_close_matches(country.casefold().replace(" ", "_"), by_name, n=1, cutoff=0.7)
        letters = Words("write two letters, e.g. JP or US", "JP や US のように 2 文字で書いてください")
        hint = nearest(by_name[close[0]], [by_name[close[0]]]) if close else letters
        message = Words(
            f"the public holidays of {country!r} are not known; {hint.en.removeprefix('; ')}",
            f"{country!r} の祝日が分かりません。{hint.ja.removeprefix('。')}",
        )
        yield document.problem(where, message)
