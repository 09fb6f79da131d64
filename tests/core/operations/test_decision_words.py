"""Every decision has words in both languages, and no code writes an outcome or a reason as a text of its own."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from ripen.decision import DecisionKind, Outcome, Reason
from ripen.operations.crm_error_words import MEANINGS
from ripen.operations.decision_words import OUTCOMES, REASONS, reason_in_words
from tests.support.source_code import nodes

PROJECT = Path(__file__).parents[3]
SOURCES = sorted([*(PROJECT / "layers/core/ripen").rglob("*.py"), *(PROJECT / "functions").rglob("*.py")])
DECIDING_CALLS = {"Decision", "MarkDecision", "Skip", "Wait", "skip", "fail", "postpone", "leave", "at_step"}
"""Calls whose arguments are outcomes and reasons."""
_DECIDING_ARGUMENTS = {"what", "outcome", "reason"}


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(Reason)


def test_every_kind_and_every_outcome_has_a_sentence() -> None:
    assert {kind for kind, _ in OUTCOMES} == set(DecisionKind)
    assert {outcome for _, outcome in OUTCOMES} == set(Outcome)


ERRORS = [words for meaning_and_step in MEANINGS.values() for words in meaning_and_step]


@pytest.mark.parametrize("words", [*OUTCOMES.values(), *REASONS.values(), *ERRORS], ids=lambda words: words.en)
def test_both_languages_say_the_same_facts(words: tuple[str, str]) -> None:
    english, japanese = ({name for _, name, _, _ in Formatter().parse(text) if name} for text in words)
    assert english == japanese
    assert not words[1].isascii()


@pytest.mark.parametrize(
    ("text", "japanese"),
    [
        ("no consent", "同意がない"),
        ("policy: tag vip", "配信ポリシー（tag vip）"),
        ("released by mika", "保留を解いた（mika）"),
        ("requested with HEAD, identifies itself as a scanner", "HEAD で要求された, スキャナーを名乗っている"),
        (
            "STORAGE_LIMIT_EXCEEDED: storage limit exceeded",
            "Salesforce のデータストレージの空きがない（STORAGE_LIMIT_EXCEEDED: storage limit exceeded）",
        ),
        ("last_name, company", "姓が未入力, 会社名が未入力"),
        ("deleted in the CRM", "Salesforce で削除された"),
        ("not admitted by sync.when: rank", "sync.when の条件に合わない（rank）"),
        ("MessageRejected: Email address is not verified", "MessageRejected: Email address is not verified"),
    ],
)
def test_a_reason_is_translated_and_its_detail_stays(text: str, japanese: str) -> None:
    assert reason_in_words(text, "ja") == japanese


def literals(file: Path) -> Iterator[str]:
    """Yield outcomes and reasons that a file writes as a text instead of as a member of its enum."""
    texts = {*Outcome, *Reason, *DecisionKind}
    for node in nodes(file, *DECIDING_CALLS):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in DECIDING_CALLS:
            arguments = [*node.args, *(word.value for word in node.keywords if word.arg in _DECIDING_ARGUMENTS)]
            for constant in arguments:
                if isinstance(constant, ast.Constant) and constant.value in texts:
                    yield f"{file.relative_to(PROJECT)}:{node.lineno} {constant.value!r}"


def test_outcomes_and_reasons_are_members_of_their_enums() -> None:
    assert [found for file in SOURCES for found in literals(file)] == []


@pytest.mark.parametrize(("page", "quotes", "lang"), [("playbook.md", '""', "en"), ("playbook.ja.md", "「」", "ja")])
def test_the_docs_name_the_reasons_of_a_refused_entry_as_they_are(page: str, quotes: str, lang: str) -> None:
    text = (PROJECT / "docs" / page).read_text()
    refusals = [reason for reason in Reason if reason.name.startswith("ENTERED_")]
    refusals += [Reason.STILL_IN_IT, Reason.NOT_FOR_IT, Reason.TOO_LATE]
    quoted = [f"{quotes[0]}{reason_in_words(reason, lang)}{quotes[1]}" for reason in refusals]
    assert [reason for reason in quoted if reason not in text] == []
