"""Check Salesforce: the login, our fields, the rights, the queries of the workers, and the calls left."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests

from cli.doctor import salesforce_campaigns, salesforce_users
from cli.doctor import salesforce_queries as queries
from cli.doctor import salesforce_rights as rights
from cli.doctor.finding import Check, Finding, Owner
from cli.doctor.salesforce_mapping import mapped
from ripen.adapters.salesforce.connection import BASE, TimeoutAdapter
from ripen.adapters.salesforce.token import Token, fetch
from ripen.crm.api_usage import ApiUsage
from ripen.crm.crm_errors import NO_ANSWER
from ripen.crm.incoming.membership import watched_campaigns
from ripen.errors import Undeliverable
from ripen.operations.crm_error_words import next_step
from ripen.operations.phrases import reason
from ripen.playbook.bundle import Bundle, CrmField
from ripen.playbook.graph import CrmStep
from ripen.words import Words

LOGIN = Check(Words("Salesforce login", "Salesforce ログイン"), Owner.SALESFORCE)
CALLS = Check(Words("Salesforce API calls left", "Salesforce API の残り回数"), Owner.SALESFORCE)
_TOO_MANY = Words(
    "See who uses the calls: Setup → API Usage.", "API の使用状況を確かめてください: 設定 → API の使用状況。"
)


def org(settings: Mapping[str, Any], bundle: Bundle | None = None) -> Iterator[Finding]:
    """Yield the findings. Without a login, only the login's.

    `settings` is what the secret holds under "salesforce", `bundle` the live playbook.
    """

    def look(session: requests.Session, token: Token) -> Iterator[Finding]:
        yield LOGIN.ok(Words(token.instance, token.instance))
        yield from _rights(session, token, bundle)
        yield from _queries(session, token, bundle)
        if bundle:
            yield from _named(session, token, bundle)

    yield from _logged_in(settings, look)


def rules(settings: Mapping[str, Any], bundle: Bundle) -> Iterator[Finding]:
    """Yield the findings about all that the playbook names in Salesforce: fields, values, users, campaigns."""

    def look(session: requests.Session, token: Token) -> Iterator[Finding]:
        if lead := _describe(session, token, "Lead"):
            yield _mapping(bundle, lead)
        yield from _named(session, token, bundle)

    yield from _logged_in(settings, look)


def _logged_in(
    settings: Mapping[str, Any], look: Callable[[requests.Session, Token], Iterator[Finding]]
) -> Iterator[Finding]:
    """Yield what `look` finds in a session; a refused login, a call that failed, and how many calls are left."""
    session, transport = requests.Session(), TimeoutAdapter()
    session.mount("https://", transport)
    try:
        token = fetch(settings, session)
    except Undeliverable as error:
        yield _refused(LOGIN, error.reason)
        return
    try:
        yield from look(session, token)
    except requests.RequestException as error:
        yield _refused(rights.FIELDS, f"{NO_ANSWER}: {type(error).__name__}")
    except Undeliverable as error:
        yield _refused(rights.FIELDS, error.reason)
    if transport.usage:
        yield calls(transport.usage)


def _refused(check: Check, why: str) -> Finding:
    """Return the finding of a call that failed: Salesforce does not answer, or it refuses us."""
    return check.fail(Words(reason(why, "en"), reason(why, "ja")), next_step(why.partition(":")[0]))


def _rights(session: requests.Session, token: Token, bundle: Bundle | None) -> Iterator[Finding]:
    names = ["Lead", "Contact", "Task", *(("Campaign", "CampaignMember") if _writes_members(bundle) else ())]
    described = {name: _describe(session, token, name) for name in names}
    yield rights.our_fields(described)
    yield rights.rights(described)
    if lead := described["Lead"]:
        yield _mapping(bundle, lead)


def _queries(session: requests.Session, token: Token, bundle: Bundle | None) -> Iterator[Finding]:
    texts = [*queries.queries(_mapped(bundle))]
    if bundle and (watched_campaigns(bundle) or _writes_members(bundle)):
        texts += queries.campaign_queries()
    yield queries.run(queries.QUERIES, texts, session, token)
    marks = bool(bundle and bundle.policy.skips_open_opportunities)
    yield queries.run(queries.DEALS, queries.opportunity_queries(marks), session, token)


def _mapping(bundle: Bundle | None, lead: rights.Described) -> Finding:
    return mapped({**_lead_source(bundle), **_mapped(bundle)}, lead)


def _named(session: requests.Session, token: Token, bundle: Bundle) -> Iterator[Finding]:
    """Yield what the org says about the users and campaigns that the playbook names."""
    if bundle.sync.users or _owners(bundle):
        yield salesforce_users.users(bundle.sync.users, _owners(bundle), session, token)
    if named := [step for step in _crm_steps(bundle) if step.campaign]:
        yield salesforce_campaigns.campaigns(named, session, token)


def _crm_steps(bundle: Bundle) -> list[CrmStep]:
    return [step for each in bundle.journeys.values() for step in each.steps if isinstance(step, CrmStep)]


def _owners(bundle: Bundle) -> list[str]:
    """Return the addresses of the owners that steps of journeys name."""
    return [step.owner for step in _crm_steps(bundle) if step.owner]


def _writes_members(bundle: Bundle | None) -> bool:
    """Return whether a step of the playbook puts people into campaigns."""
    return any(step.campaign for step in _crm_steps(bundle)) if bundle else False


def _lead_source(bundle: Bundle | None) -> Mapping[str, CrmField]:
    """Return the value that every new Lead gets, unless the playbook maps the field otherwise."""
    source = bundle.sync.lead_source if bundle else ""
    return {"LeadSource": CrmField(value=source)} if source else {}


def _mapped(bundle: Bundle | None) -> Mapping[str, CrmField]:
    return bundle.sync.fields if bundle else {}


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


def _describe(session: requests.Session, token: Token, name: str) -> rights.Described | None:
    """Return the object with its fields by name. None: the user may not see it. Raises Undeliverable."""
    url = f"{token.instance}{BASE}/sobjects/{name}/describe"
    answer = session.get(url, headers={"Authorization": f"Bearer {token.access}"})
    queries.require_answer(answer)
    if not answer.ok:
        return None
    body = answer.json()
    return {**body, "fields": {field["name"]: field for field in body["fields"]}}
