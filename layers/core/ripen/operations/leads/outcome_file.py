"""Read what sales made of leads from a CSV file: address, outcome and date."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from unicodedata import normalize
from zoneinfo import ZoneInfo

from ripen.backtest.outcome import LeadOutcome, Outcome, combined
from ripen.calendar.local_time import instant
from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.lead import address
from ripen.nearest import nearest
from ripen.operations.csv_file import ADDRESS_NAMES, read_rows, squeezed
from ripen.operations.spreadsheet import unescape_formula
from ripen.words import Words

_COLUMNS = {
    "email": ADDRESS_NAMES,
    "outcome": frozenset(["outcome", "result", "結果", "商談結果", "成果"]),
    "date": frozenset(["date", "closedate", "closeddate", "日付", "完了日", "完了予定日", "商談日", "結果日"]),
}
_WORDS = {
    Outcome.WON: ("won", "closed won", "受注", "成約", "商談成立"),
    Outcome.OPPORTUNITY: ("opportunity", "商談", "商談化"),
    Outcome.CONVERTED: ("converted", "qualified", "変換", "取引開始済み", "取引先責任者への変換"),
    Outcome.LOST: ("lost", "closed lost", "失注", "不成立"),
    Outcome.NOT_A_FIT: ("not a fit", "unqualified", "rejected", "見送り", "対象外"),
}
_OUTCOMES = {word: outcome for outcome, words in _WORDS.items() for word in words}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ](.+))?", re.ASCII)
_MOST_SHOWN = 10


def outcomes_in(raw: bytes, file: str, zone: ZoneInfo, now: datetime) -> dict[str, LeadOutcome]:
    """Return the outcome of each address. Raise Failure that names every line that cannot be read.

    A day without a time means the end of that day in `zone`. An address with several lines has the latest outcome, as
    of the earliest.
    """
    heads, rows = read_rows(raw, file, frozenset().union(*_COLUMNS.values()))
    places = _places(heads, file)
    found, wrong = defaultdict[str, list[LeadOutcome]](list), list[Words]()
    for line, row in rows:
        cells = [unescape_formula(row[place].strip()) if place < len(row) else "" for place in places]
        problems = list(_problems(cells, zone, now))
        if problems:
            wrong += [Words(f"line {line}: {each.en}", f"{line} 行目: {each.ja}") for each in problems]
            continue
        email, outcome, at = cells
        found[address.normalise(email)].append(LeadOutcome(_OUTCOMES[_word(outcome)], _moment(at, zone)))
    if wrong:
        raise _refused(wrong, file)
    return {email: latest for email, each in found.items() if (latest := combined(each))}


def _problems(cells: Sequence[str], zone: ZoneInfo, now: datetime) -> Iterator[Words]:
    email, outcome, at = cells
    try:
        address.normalise(email)
    except Rejected:
        yield Words(f"{email!r} is no e-mail address", f"「{email}」はメールアドレスではありません")
    if _word(outcome) not in _OUTCOMES:
        hint = nearest(_word(outcome), _OUTCOMES)
        yield Words(f"there is no outcome {outcome!r}{hint.en}", f"「{outcome}」という商談結果はありません{hint.ja}")
    moment = _moment_or_none(at, zone)
    if moment is None:
        yield Words(
            f"{at!r} is no date; write it as 2026-11-30",
            f"「{at}」は日付ではありません。2026-11-30 の形で書いてください",
        )
    elif moment > now + timedelta(days=1):
        yield Words(f"{at} is in the future", f"{at} は未来の日付です")


def _places(heads: Sequence[str], file: str) -> list[int]:
    """Return the numbers of the three columns."""
    named = [squeezed(head) for head in heads]
    places = [next((n for n, name in enumerate(named) if name in names), -1) for names in _COLUMNS.values()]
    if lacking := ", ".join(name for name, place in zip(_COLUMNS, places, strict=True) if place < 0):
        listed = ", ".join(heads)
        raise Failure(
            Words(
                f"{file} has no column: {lacking}. Its first line has: {listed or 'nothing'}.",
                f"{file} に列がありません: {lacking}。1行目: {listed or '空'}",
            ),
            Words("Begin the file with the line: email,outcome,date", "1行目を email,outcome,date にしてください。"),
        )
    return places


def _refused(wrong: Sequence[Words], file: str) -> Failure:
    shown, more = wrong[:_MOST_SHOWN], len(wrong[_MOST_SHOWN:])
    en, ja = ("\n".join(each) for each in zip(*shown, strict=True))
    return Failure(
        Words(
            f"{file} cannot be read:\n{en}" + (f"\nand {more} more" if more else ""),
            f"{file} を読めません:\n{ja}" + (f"\nほか {more} 件" if more else ""),
        ),
        Words(
            f"Correct these lines. Outcomes are: {', '.join(Outcome)}",
            "これらの行を直してください。商談結果に書けるもの: 受注、商談、変換、失注、見送り",
        ),
    )


def _word(text: str) -> str:
    return " ".join(normalize("NFKC", text).casefold().split())


def _moment_or_none(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return _moment(text, zone)
    except (ValueError, OverflowError):
        return None


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """Return the moment of a date as people and spreadsheets write it. Raise ValueError for any other text."""
    match = _DAY.fullmatch(normalize("NFKC", text).strip())
    if match is None:
        raise ValueError(text)
    day = date(int(match[1]), int(match[2]), int(match[3]))
    if match[4] is None:
        return instant(day + timedelta(days=1), time(), zone)
    at = time.fromisoformat(match[4].strip())
    return datetime.combine(day, at) if at.tzinfo else instant(day, at, zone)
