"""Outcomes in a CSV file, as people and spreadsheets write them; every line that cannot be read is named."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ripen.backtest.outcome import LeadOutcome, Outcome
from ripen.failure import Failure
from ripen.operations.leads.outcome_file import outcomes_in

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
END = datetime(2026, 11, 20, 15, tzinfo=UTC)
"""The end of November 20 in Tokyo."""
HEAD = "email,outcome,date\n"


def read(text: str, encoding: str = "utf-8") -> dict[str, LeadOutcome]:
    return outcomes_in(text.encode(encoding), "outcomes.csv", TOKYO, NOW)


def refusal(text: str, lang: str = "en") -> tuple[str, str]:
    with pytest.raises(Failure) as failure:
        read(text)
    return failure.value.in_language(lang)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("email,outcome,date\na@b.example,won,2026-11-20\n", "utf-8"),
        ("email;outcome;date\r\na@b.example;won;2026-11-20\r\n", "utf-8-sig"),
        ("Eメール,商談結果,完了予定日\nA@B.example,受注,2026/11/20\n", "cp932"),
        ("メールアドレス\t結果\t日付\na@b.example\t成約\t2026年11月20日\n", "utf-16"),
        ("sep=;\nDate;Result;E-mail (work)\n2026/11/20;Closed Won;a@b.example\n", "utf-8"),
        ("name,date,outcome,email\n山田,２０２６/１１/２０,ＷＯＮ,a@b.example\n\n,,,\n", "utf-8"),
    ],
)
def test_files_of_spreadsheets_are_read(text: str, encoding: str) -> None:
    assert read(text, encoding) == {"a@b.example": LeadOutcome(Outcome.WON, END)}


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-20T09:30", datetime(2026, 11, 20, 0, 30, tzinfo=UTC)),
        ("2026/11/20 09:30:00", datetime(2026, 11, 20, 0, 30, tzinfo=UTC)),
        ("2026-11-20T09:30:00Z", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("2026-11-30", datetime(2026, 11, 30, 15, tzinfo=UTC)),
    ],
)
def test_a_day_means_its_end_and_a_time_is_exact(written: str, at: datetime) -> None:
    assert read(f"{HEAD}a@b.example,lost,{written}\n") == {"a@b.example": LeadOutcome(Outcome.LOST, at)}


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ("商談化", Outcome.OPPORTUNITY),
        ("Converted", Outcome.CONVERTED),
        ("見送り", Outcome.NOT_A_FIT),
        ("失注", Outcome.LOST),
    ],
)
def test_outcomes_have_the_words_of_both_languages(written: str, outcome: Outcome) -> None:
    assert read(f"{HEAD}a@b.example,{written},2026-11-20\n")["a@b.example"].outcome is outcome


def test_an_address_with_several_lines_has_the_latest_outcome_as_of_the_earliest() -> None:
    text = f"{HEAD}a@b.example,won,2026-11-25\nA@b.example,opportunity,2026-11-20\n"
    assert read(text) == {"a@b.example": LeadOutcome(Outcome.WON, END)}


def test_every_line_that_cannot_be_read_is_named_with_what_is_wrong() -> None:
    text = f"{HEAD}nobody,won,2026-11-20\na@b.example,wonn,2026-13-40\nb@b.example,won,2027-01-01\nc@b.example,won\n"
    what, advice = refusal(text)
    assert what.splitlines() == [
        "outcomes.csv cannot be read:",
        "line 2: 'nobody' is no e-mail address",
        "line 3: there is no outcome 'wonn'; did you mean 'won'?",
        "line 3: '2026-13-40' is no date; write it as 2026-11-30",
        "line 4: 2027-01-01 is in the future",
        "line 5: '' is no date; write it as 2026-11-30",
    ]
    assert "won, opportunity, converted, lost, not a fit" in advice


def test_many_wrong_lines_are_counted() -> None:
    what, _ = refusal(HEAD + "x,won,2026-11-20\n" * 12, "ja")
    lines = what.splitlines()
    assert (len(lines), lines[2]) == (12, "3 行目: 「x」はメールアドレスではありません")
    assert what.endswith("ほか 2 件")


@pytest.mark.parametrize(
    ("text", "lacking"), [("", "email, outcome, date"), ("email,date\na@b.example,2026-11-20\n", "outcome")]
)
def test_a_missing_column_is_named(text: str, lacking: str) -> None:
    what, advice = refusal(text)
    assert f"has no column: {lacking}." in what
    assert advice == "Begin the file with the line: email,outcome,date"
