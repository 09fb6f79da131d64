"""Check that each campaign that steps of journeys name exists, and has the member statuses that they set."""

from collections.abc import Iterable, Iterator
from typing import Any

import requests

from cli.doctor.finding import Check, Finding, Owner
from cli.doctor.salesforce_queries import require_answer
from cli.doctor.salesforce_rights import some
from ripen.adapters.salesforce.connection import BASE, refusal
from ripen.adapters.salesforce.requests import campaign_query, statuses_query
from ripen.adapters.salesforce.token import Token
from ripen.playbook.graph import CrmStep
from ripen.words import Words

CAMPAIGNS = Check(Words("Salesforce campaigns", "Salesforce キャンペーン"), Owner.SALESFORCE)
_CORRECT = Words(
    "Correct the campaign or the status of the journey's step, or add the status to the campaign"
    " (Campaign Member Statuses).",
    "シナリオの 手順 crm の campaign か status を直すか、"
    "Salesforce のキャンペーンに「キャンペーンメンバーの状況」を追加してください。",
)


def campaigns(steps: Iterable[CrmStep], session: requests.Session, token: Token) -> Finding:
    """Check the campaigns of these steps. Raises requests.RequestException, Undeliverable."""
    wanted: dict[str, list[str]] = {}
    for step in steps:
        wanted.setdefault(step.campaign, []).append(step.status)
    problems = [words for name, statuses in wanted.items() for words in _problems(name, statuses, session, token)]
    if not problems:
        return CAMPAIGNS.ok(Words(f"all {len(wanted)} exist", f"{len(wanted)} 件すべてあります"))
    return CAMPAIGNS.fail(
        Words("; ".join(words.en for words in problems), "、".join(words.ja for words in problems)), _CORRECT
    )


def _problems(name: str, statuses: Iterable[str], session: requests.Session, token: Token) -> Iterator[Words]:
    found = _rows(campaign_query(name), session, token)
    if not found:
        yield Words(f"no campaign {name!r}", f"キャンペーン {name!r} がありません")
        return
    labels = [str(row["Label"]) for row in _rows(statuses_query(str(found[0]["Id"])), session, token)]
    known = {label.casefold() for label in labels}
    for status in dict.fromkeys(statuses):
        if status and status.casefold() not in known:
            has = some(labels)
            yield Words(
                f"{name} has no member status {status!r}; it has {has.en}",
                f"{name} にメンバーの状況 {status!r} がありません（ある状況: {has.ja}）",
            )


def _rows(query: str, session: requests.Session, token: Token) -> list[Any]:
    answer = session.get(
        f"{token.instance}{BASE}/query", params={"q": query}, headers={"Authorization": f"Bearer {token.access}"}
    )
    require_answer(answer)
    if not answer.ok:
        raise refusal(answer.status_code, answer.json())
    return list(answer.json()["records"])
