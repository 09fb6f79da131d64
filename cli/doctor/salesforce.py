"""Check Salesforce: the login, our fields and the rights to write them, and the calls left."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from cli.doctor.finding import Check, Finding, Owner
from ripen.adapters.salesforce.connection import BASE, TimeoutAdapter
from ripen.adapters.salesforce.token import Token, fetch
from ripen.crm.api_usage import ApiUsage
from ripen.crm.crm_fields import STANDARD
from ripen.errors import Undeliverable
from ripen.playbook.bundle import Bundle
from ripen.words import Words

LOGIN = Check(Words("Salesforce login", "Salesforce ログイン"), Owner.SALESFORCE)
FIELDS = Check(Words("Salesforce fields", "Salesforce 項目"), Owner.SALESFORCE)
RIGHTS = Check(Words("Salesforce permission set", "Salesforce 権限セット"), Owner.SALESFORCE)
DEALS = Check(Words("Salesforce opportunities", "Salesforce 商談"), Owner.SALESFORCE)
CALLS = Check(Words("Salesforce API calls left", "Salesforce API の残り回数"), Owner.SALESFORCE)
_PACKAGE = Path(__file__).resolve().parents[2] / "infra/salesforce/force-app/main/default/objects"
_MOST_NAMED = 4
_ON = {"Lead": ("Lead",), "Contact": ("Contact",), "Activity": ("Task",)}
_READ = {"Opportunity": ("AccountId", "IsClosed"), "Account": ("Website",), "Contact": ("AccountId", "Email")}
"""The fields that show which companies have an open opportunity."""
_ASSIGN = Words(
    "Assign the permission set Ripen_Integration to the user that the app runs as.",
    "アプリの実行ユーザーに権限セット Ripen_Integration を割り当ててください。",
)
_DEPLOY = Words(
    f"Deploy the package: infra/salesforce/README.md. {_ASSIGN.en}",
    f"パッケージを配備してください: infra/salesforce/README.md。{_ASSIGN.ja}",
)
_TOO_MANY = Words(
    "See who uses the calls: Setup → API Usage.", "API の使用状況を確かめてください: 設定 → API の使用状況。"
)


def org(settings: Mapping[str, Any], bundle: Bundle | None = None) -> Iterator[Finding]:
    """Yield the findings. Without a login, only the login's.

    `settings` is what the secret holds under "salesforce", `bundle` the live playbook.
    """
    session, transport = requests.Session(), TimeoutAdapter()
    session.mount("https://", transport)
    try:
        token = fetch(settings, session)
    except Undeliverable as error:
        yield LOGIN.fail(
            Words(error.reason, f"ログインできません: {error.reason}"),
            Words(
                'Create the External Client App, and put its values into the secret under "salesforce".',
                '外部クライアントアプリケーションを作成し、その値をシークレットの "salesforce" に入れてください。',
            ),
        )
        return
    yield LOGIN.ok(Words(token.instance, token.instance))
    yield from _rights(session, token, bundle is not None and bundle.policy.skips_open_opportunities)
    if transport.usage:
        yield calls(transport.usage)


def _rights(session: requests.Session, token: Token, asks_of_deals: bool) -> Iterator[Finding]:
    written, read = ("Lead", "Contact", "Task"), (*_READ,) if asks_of_deals else ()
    try:
        fields = {name: _fields(session, token, name) for name in dict.fromkeys((*written, *read))}
    except requests.RequestException as error:
        name = type(error).__name__
        yield FIELDS.warn(
            Words(f"Salesforce does not answer: {name}", f"Salesforce が応答しません: {name}"),
            Words("Try again.", "もう一度試してください。"),
        )
        return
    of_people = {name: fields[name] for name in written}
    yield our_fields(of_people)
    yield rights(of_people)
    if asks_of_deals:
        yield opportunities(fields)


Fields = Mapping[str, Mapping[str, Mapping[str, Any]] | None]
"""The fields of each object by name. None: the user may not see the object. Salesforce shows a user only the fields
that the user may read."""


def our_fields(found: Fields) -> Finding:
    """Check that every field of the package is there, by the names of its files."""
    missing = [
        f"{object}.{name}"
        for object, name in packaged()
        if found.get(object) is not None and name not in (found[object] or {})
    ]
    if missing:
        names = _some(missing)
        return FIELDS.fail(
            Words(
                f"missing or not visible: {names.en}",
                f"存在しないか、参照できません: {names.ja}",
            ),
            _DEPLOY,
        )
    count = len(packaged())
    return FIELDS.ok(Words(f"all {count} exist", f"{count} 項目すべてあります"))


def rights(found: Fields) -> Finding:
    """Check the rights to write every field that we write."""
    hidden = [name for name, fields in found.items() if fields is None]
    wanted = [
        *packaged(),
        *((object, name) for object, names in STANDARD.items() for name in names),
        ("Lead", "OwnerId"),
        ("Task", "Subject"),
    ]
    locked = [
        f"{object}.{name}"
        for object, name in wanted
        if (field := (found.get(object) or {}).get(name)) and not (field.get("updateable") or field.get("createable"))
    ]
    if hidden or locked:
        names = _some(hidden + locked)
        return RIGHTS.fail(Words(f"no right to write {names.en}", f"書き込む権限がありません: {names.ja}"), _ASSIGN)
    return RIGHTS.ok(Words("Leads, Contacts and Tasks can be written", "リード、取引先責任者、ToDo に書き込めます"))


def opportunities(found: Fields) -> Finding:
    """Check the rights to read opportunities, which the policy needs to skip companies with an open one."""
    hidden = [
        f"{object}.{name}" for object, names in _READ.items() for name in names if name not in (found.get(object) or {})
    ]
    if hidden:
        names = _some(hidden)
        return DEALS.fail(Words(f"no right to read {names.en}", f"参照する権限がありません: {names.ja}"), _DEPLOY)
    return DEALS.ok(
        Words("opportunities, accounts and contacts can be read", "商談、取引先、取引先責任者を参照できます")
    )


def calls(usage: ApiUsage) -> Finding:
    """Check how many calls are left today, by the usage that each answer reports: /limits needs a right of its own."""
    most, left = usage.most, usage.most - usage.used
    left_today = Words(f"{left:,} of {most:,} left today", f"本日の残り {left:,} 回（上限 {most:,} 回）")
    if left <= 0:
        return CALLS.fail(
            left_today,
            Words(
                f"Writes to Salesforce wait until calls are available again. {_TOO_MANY.en}",
                f"Salesforce への書き込みは、回数が回復するまで待ちます。{_TOO_MANY.ja}",
            ),
        )
    if usage.is_tight:
        return CALLS.warn(
            left_today,
            Words(
                f"Writes of scores alone wait until more calls are left. {_TOO_MANY.en}",
                f"スコアだけの書き込みは、回数に余裕ができるまで待ちます。{_TOO_MANY.ja}",
            ),
        )
    return CALLS.ok(left_today)


def packaged() -> list[tuple[str, str]]:
    """(object, field) for each field that the package brings."""
    files = sorted(_PACKAGE.glob("*/fields/*.field-meta.xml"))
    return [(object, file.name.partition(".")[0]) for file in files for object in _ON[file.parent.parent.name]]


def _fields(session: requests.Session, token: Token, name: str) -> dict[str, Any] | None:
    """Return the fields of the object. None: the user may not see it."""
    body = _get(session, token, f"sobjects/{name}/describe")
    return {field["name"]: field for field in body.get("fields", [])} if body else None


def _get(session: requests.Session, token: Token, path: str) -> dict[str, Any] | None:
    answer = session.get(f"{token.instance}{BASE}/{path}", headers={"Authorization": f"Bearer {token.access}"})
    return dict(answer.json()) if answer.ok else None


def _some(names: list[str]) -> Words:
    """Return the first names, and how many more there are."""
    shown, more = ", ".join(names[:_MOST_NAMED]), len(names) - _MOST_NAMED
    return Words(f"{shown} and {more} more", f"{shown} ほか {more} 件") if more > 0 else Words(shown, shown)
