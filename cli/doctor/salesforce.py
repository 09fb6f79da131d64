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

LOGIN = Check("Salesforce login", Owner.SALESFORCE)
FIELDS = Check("Salesforce fields", Owner.SALESFORCE)
RIGHTS = Check("Salesforce permission set", Owner.SALESFORCE)
DEALS = Check("Salesforce opportunities", Owner.SALESFORCE)
CALLS = Check("Salesforce API calls left", Owner.SALESFORCE)
_PACKAGE = Path(__file__).resolve().parents[2] / "infra/salesforce/force-app/main/default/objects"
_ON = {"Lead": ("Lead",), "Contact": ("Contact",), "Activity": ("Task",)}
_READ = {"Opportunity": ("AccountId", "IsClosed"), "Account": ("Website",), "Contact": ("AccountId", "Email")}
"""The fields that show which companies have an open opportunity."""
_DEPLOY = "Deploy the package: infra/salesforce/README.md"
_ASSIGN = "Assign the permission set Ripen_Integration to the user that the app runs as."


def org(settings: Mapping[str, Any], bundle: Bundle | None = None) -> Iterator[Finding]:
    """Yield the findings. Without a login, only the login's.

    `settings` is what the secret holds under "salesforce", `bundle` the live playbook.
    """
    session = requests.Session()
    session.mount("https://", TimeoutAdapter())
    try:
        token = fetch(settings, session)
    except Undeliverable as error:
        yield LOGIN.fail(
            error.reason, 'Make the External Client App, and put its values into the secret under "salesforce".'
        )
        return
    yield LOGIN.ok(token.instance)
    asks_of_deals = bundle is not None and bundle.policy.skips_open_opportunities
    written, read = ("Lead", "Contact", "Task"), (*_READ,) if asks_of_deals else ()
    try:
        found = {name: _get(session, token, f"sobjects/{name}/describe") for name in dict.fromkeys((*written, *read))}
        limits = _get(session, token, "limits")
    except requests.RequestException as error:
        yield FIELDS.warn(f"Salesforce does not answer: {type(error).__name__}", "Try again.")
        return
    fields = {
        name: {field["name"]: field for field in body.get("fields", [])} if body else None
        for name, body in found.items()
    }
    of_people = {name: fields[name] for name in written}
    yield our_fields(of_people)
    yield rights(of_people)
    if asks_of_deals:
        yield opportunities(fields)
    yield calls(limits or {})


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
        return FIELDS.fail(f"not there, or not visible: {_some(missing)}", f"{_DEPLOY} {_ASSIGN}")
    return FIELDS.ok(f"all {len(packaged())} are there")


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
        return RIGHTS.fail(f"no right to {_some(hidden + locked)}", _ASSIGN)
    return RIGHTS.ok("Leads, Contacts and Tasks may be written")


def opportunities(found: Fields) -> Finding:
    """Check the rights to read opportunities, which the policy needs to skip companies with an open one."""
    hidden = [
        f"{object}.{name}" for object, names in _READ.items() for name in names if name not in (found.get(object) or {})
    ]
    if hidden:
        return DEALS.fail(f"no right to read {_some(hidden)}", f"{_DEPLOY} {_ASSIGN}")
    return DEALS.ok("opportunities, accounts and contacts may be read")


def calls(limits: Mapping[str, Any]) -> Finding:
    day = limits.get("DailyApiRequests") or {}
    most, left = int(day.get("Max", 0)), int(day.get("Remaining", 0))
    left_today = f"{left:,} of {most:,} today"
    if left <= 0:
        return CALLS.fail(left_today, "Ripen's work waits until tomorrow; see who else calls: Setup → API Usage.")
    if ApiUsage(most - left, most).is_tight:
        return CALLS.warn(
            left_today, "Mere scores wait until there are more; see who calls so much: Setup → API Usage."
        )
    return CALLS.ok(left_today)


def packaged() -> list[tuple[str, str]]:
    """(object, field) for each field that the package brings."""
    files = sorted(_PACKAGE.glob("*/fields/*.field-meta.xml"))
    return [(object, file.name.partition(".")[0]) for file in files for object in _ON[file.parent.parent.name]]


def _get(session: requests.Session, token: Token, path: str) -> dict[str, Any] | None:
    answer = session.get(f"{token.instance}{BASE}/{path}", headers={"Authorization": f"Bearer {token.access}"})
    return dict(answer.json()) if answer.ok else None


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
