"""Show a company: its people, what their scores add up to, and who of a buying committee is among them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from ripen.account.account import Account, Person, summary
from ripen.account.committee import roles
from ripen.adapters.table import Row, Table, keys
from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.lead.address import normalise
from ripen.lead.lead import Profile
from ripen.lead.mail_domain import company_domain
from ripen.lead.state import State
from ripen.operations.leads.listing import MOST
from ripen.operations.leads.scan import Sample, scan_sample
from ripen.operations.plain import plain
from ripen.operations.progress import Progress, silent
from ripen.playbook.bundle import Bundle
from ripen.playbook.wording import full_name
from ripen.scoring.score import score
from ripen.scoring.whole_points import whole
from ripen.words import Words


class FoundAccount(Struct, frozen=True, kw_only=True):
    domain: str
    account: Account
    opportunities: int
    """How many of its accounts in the CRM have an open opportunity."""
    sample: Sample

    def plain(self) -> dict[str, Any]:
        """Return what `ripen account DOMAIN --json` prints, a contract for scripts."""
        account = self.account
        return {
            "domain": self.domain,
            "name": account.name,
            "score": account.score,
            "rank": account.rank,
            "tier": "",
            "people": [_plain_person(person) for person in account.people],
            "coverage": plain(account.coverage),
            "opportunities": self.opportunities,
            "read": self.sample.read,
            "all": self.sample.is_all,
        }


def read_account(
    typed: str, table: Table, bundle: Bundle, now: datetime, most: int = MOST, progress: Progress = silent
) -> FoundAccount:
    """Return the company of a domain or an address, as of now. At most about `most` leads are read.

    Disqualified leads do not count. Raise Failure if people of many companies share the domain, or nobody is found.
    """
    domain = _domain(typed)

    def look(states: Sequence[State]) -> list[Person]:
        qualified = [state for state in states if not state.disqualified]
        rows: list[Row[Profile] | None] = (
            table.get_many([keys.profile(state.lead) for state in qualified]) if qualified else []
        )
        return [
            _person(row.value, state, bundle, now)
            for state, row in zip(qualified, rows, strict=True)
            if row and company_domain(row.value.email) == domain
        ]

    people, sample = scan_sample(table, look, most, progress)
    if not people:
        raise _nobody(domain, sample)
    mark = table.get(keys.deal(domain))
    opportunities = mark.value.accounts_open if mark else 0
    return FoundAccount(domain=domain, account=summary(people), opportunities=opportunities, sample=sample)


def _domain(typed: str) -> str:
    """Return the company's domain of what a person typed: a domain, or the address of someone there."""
    try:
        email = normalise(typed if "@" in typed else f"www@{typed}")
    except Rejected:
        raise Failure(
            Words(f"{typed!r} is not a domain.", f"{typed!r} はドメインではありません。"),
            Words("Write it like this: example.co.jp", "書き方の例: example.co.jp"),
        ) from None
    if domain := company_domain(email):
        return domain
    shared = email.partition("@")[2]
    raise Failure(
        Words(
            f"People of many companies have addresses at {shared}.",
            f"{shared} はさまざまな会社の人が使うドメインです。",
        ),
        Words("Look at one person with: ripen lead EMAIL", "1 人ずつ見るには: ripen lead アドレス"),
    )


def _nobody(domain: str, sample: Sample) -> Failure:
    more = sample.read * 10
    return Failure(
        Words(f"No lead has an address at {domain}.", f"{domain} のアドレスを持つ見込み客はいません。")
        if sample.is_all
        else Words(
            f"None of the {sample.read:,} leads that were read has an address at {domain}.",
            f"読み取った {sample.read:,} 人の中に、{domain} のアドレスを持つ見込み客はいません。",
        ),
        Words("List the latest leads with: ripen leads", "最近の見込み客を一覧するには: ripen leads")
        if sample.is_all
        else Words(f"Read more with: --most={more}", f"もっと読むには: --most={more}"),
    )


def _person(profile: Profile, state: State, bundle: Bundle, now: datetime) -> Person:
    return Person(
        name=full_name(profile),
        email=profile.email,
        company=profile.company,
        title=profile.job_title,
        roles=tuple(sorted(roles(profile.job_title, profile.department))),
        rank=state.rank,
        score=whole(score(state, bundle.scoring, now)).total,
    )


def _plain_person(person: Person) -> dict[str, Any]:
    return {name: value for name, value in plain(person).items() if name != "company"}
