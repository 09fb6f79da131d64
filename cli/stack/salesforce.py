"""Ask the stack's Salesforce in SOQL, as a person would."""

import os
from typing import Any
from urllib.parse import urlencode

from cli.stack.stack import Stack
from ripen.adapters.table import keys
from ripen.crm.call_gate import is_tight
from ripen.failure import Failure
from ripen.words import Words

_SECONDS = 20
_API = "/services/data/v62.0"


def query(stack: Stack, soql: str) -> list[dict[str, Any]]:
    """Return the records that Salesforce finds. While few of the day's calls are left, leave them to Ripen's work."""
    row, now = stack.table.get(keys.CRM_GATE), stack.clock.now()
    if row and is_tight(row.value, now):
        raise Failure(
            Words("Few of the day's Salesforce calls are left.", "本日の Salesforce API の残りが少なくなっています。"),
            Words(
                "Query in Salesforce itself, or try again later.",
                "Salesforce の画面で確かめるか、後でもう一度実行してください。",
            ),
        )
    login = stack.connections.all().get("salesforce") or {}
    if not login.get("client_secret"):
        raise Failure(
            Words(
                "Ripen's connections have no client credentials for Salesforce.",
                "Ripen の接続情報に Salesforce のクライアント認証情報がありません。",
            ),
            Words('Add "salesforce" to it: docs/deploy.md', '"salesforce" を追加してください: docs/deploy.md'),
        )
    return [_without_attributes(record) for record in _records(login, soql)]


def _records(login: dict[str, Any], soql: str) -> list[dict[str, Any]]:
    import requests

    try:
        token = _token(login)
        found: list[dict[str, Any]] = []
        path = f"{_API}/query?" + urlencode({"q": soql})
        while path:
            answer = requests.get(
                token["instance_url"] + path,
                headers={"Authorization": f"Bearer {token['access_token']}"},
                timeout=_SECONDS,
                verify=_authorities(),
            )
            page = answer.json()
            if not answer.ok:
                raise Failure(
                    f"Salesforce: {page[0]['message']}",
                    Words("Check the query's fields and quotes.", "クエリの項目名と引用符を確かめてください。"),
                )
            found += page["records"]
            path = page.get("nextRecordsUrl", "")
    except requests.RequestException as error:
        raise Failure(
            Words(f"Salesforce does not answer: {error}", f"Salesforce が応答しません: {error}"),
            Words("Check the connection: ripen doctor", "接続を確かめてください: ripen doctor"),
        ) from None
    return found


def _token(login: dict[str, Any]) -> dict[str, Any]:
    import requests

    asked = {"grant_type": "client_credentials"} | {name: login[name] for name in ("client_id", "client_secret")}
    url = f"{login['login']}/services/oauth2/token"
    token: dict[str, Any] = requests.post(url, data=asked, timeout=_SECONDS, verify=_authorities()).json()
    if "access_token" not in token:
        reason = token.get("error_description", token)
        raise Failure(
            Words(f"Salesforce refused the login: {reason}", f"Salesforce がログインを拒否しました: {reason}"),
            Words("Check the login: ripen doctor", "ログインの設定を確かめてください: ripen doctor"),
        )
    return token


def _authorities() -> str | bool:
    return os.environ.get("REQUESTS_CA_BUNDLE") or True


def _without_attributes(record: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_attributes(value) if isinstance(value, dict) else value
        for name, value in record.items()
        if name != "attributes"
    }
