"""Check that each user of `sync.users`, and each `owner` of a journey's step, is an active user of Salesforce."""

from collections.abc import Iterable, Mapping
from itertools import batched

import requests

from cli.doctor.finding import Check, Finding, Owner
from cli.doctor.salesforce_queries import refused, require_answer
from cli.doctor.salesforce_rights import some
from ripen.adapters.salesforce.connection import BASE
from ripen.adapters.salesforce.soql import Row, users_found_query
from ripen.adapters.salesforce.token import Token
from ripen.crm.users import CrmUser, crm_user, is_same_user
from ripen.words import Words

USERS = Check(Words("Salesforce users", "Salesforce ユーザー"), Owner.SALESFORCE)
_BATCH = 100
_CORRECT = Words(
    "Correct sync.users in ripen.yaml or the owner of the journey's step, or activate the user."
    " In a sandbox, usernames have an ending of their own.",
    "ripen.yaml の sync.users かシナリオの owner を直すか、ユーザーを有効にしてください。"
    "Sandbox ではユーザー名の末尾が異なります。",
)


def users(named: Mapping[str, str], owners: Iterable[str], session: requests.Session, token: Token) -> Finding:
    """Check the users that the playbook names. Raises requests.RequestException, Undeliverable."""
    wanted = {address: crm_user(address, named) for address in dict.fromkeys([*named, *owners])}
    found: list[Row] = []
    for batch in batched(wanted.values(), _BATCH, strict=False):
        answer = session.get(
            f"{token.instance}{BASE}/query",
            params={"q": users_found_query(batch)},
            headers={"Authorization": f"Bearer {token.access}"},
        )
        require_answer(answer)
        if not answer.ok:
            return refused(USERS, answer.json()[0])
        found += answer.json()["records"]
    missing = [
        f"{address}: {named[address]}" if address in named else address
        for address, user in wanted.items()
        if not _is_found(user, found)
    ]
    if missing:
        names = some(missing)
        return USERS.fail(
            Words(f"no active user: {names.en}", f"有効なユーザーがいません: {names.ja}"),
            _CORRECT,
        )
    return USERS.ok(Words(f"all {len(wanted)} are active", f"{len(wanted)} 人とも有効です"))


def _is_found(user: CrmUser, rows: list[Row]) -> bool:
    if user.email:
        addresses = {user.email.casefold(), f"{user.email}.invalid".casefold()}
        return sum(str(row["Email"]).casefold() in addresses for row in rows) == 1
    return any(is_same_user(user, id=str(row["Id"]), username=str(row["Username"])) for row in rows)
