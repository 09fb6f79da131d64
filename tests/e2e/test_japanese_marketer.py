"""A marketer who reads Japanese lives a day with the commands, and meets no sentence in English."""

import re

import pytest

from tests.support.form_visitors import a_director
from tests.support.local_cloud import RunningCloud, eventually

_COMMAND = re.compile(r"\bripen( [\w.@\-]+)+|\bmake( \w+)+")
_NAME = re.compile(r"\S*[@/_.=:\d\-]\S*|\b(Slack|Salesforce|SES|AWS|Ripen|EventBridge|Example|Inc)\b")
"""Addresses, file names, keys and the names of systems are the same in every language."""
_SENTENCE = re.compile(r"\b[A-Za-z]{2,}(?: [A-Za-z']{1,}){2,}\b")


def english_in(printed: str) -> list[str]:
    """Return the lines with three English words in a row, apart from commands and names."""
    lines = [_NAME.sub("・", _COMMAND.sub("・", line)) for line in printed.splitlines()]
    return [line for line in lines if _SENTENCE.search(line)]


def test_an_english_sentence_is_found() -> None:
    assert english_in("メール guide を送信した\nripen campaign schedule autumn を実行\nthe lead is warm") == [
        "the lead is warm"
    ]


@pytest.mark.timeout(300)
def test_no_command_of_a_marketers_day_prints_an_english_sentence(cloud: RunningCloud) -> None:
    # given a lead in Japanese that got its mail, and clicked
    who = a_director(lang="ja", consent="yes")
    assert cloud.submit("whitepaper", **who).status_code < 400
    cloud.reads_mail(who["email"])
    eventually(lambda: cloud.lead(who["email"])["enrollments"])

    # when the marketer looks at everything but mails and cards, which have the language of their reader
    printed = {
        command: cloud.tried("--lang", "ja", *command.split())
        for command in (
            "status",
            "leads",
            f"lead {who['email']}",
            f"why {who['email']}",
            "segments",
            "segment newsletter-readers",
            "journeys",
            "journey whitepaper",
            "campaigns",
            "campaign newsletter",
            "plan",
            "simulate whitepaper --lead hanako",
            "held",
            "quarantine",
            "crm errors",
            "retention",
            "doctor",
        )
    }

    # then nothing of it is an English sentence
    found = {command: lines for command, done in printed.items() if (lines := english_in(done.stdout + done.stderr))}
    assert found == {}
    assert {
        command: done.returncode for command, done in printed.items() if not (done.stdout + done.stderr).strip()
    } == {}
