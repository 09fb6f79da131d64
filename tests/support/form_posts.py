"""A table and a queue that fail capture.form, and the rows that a submission leaves."""

import json
from copy import replace
from dataclasses import dataclass, field
from itertools import count as counter
from typing import Any

from botocore.exceptions import ClientError

from ripen.adapters.table import Change, Conflict, Table, keys
from ripen.agenda import Ref
from ripen.lead.activity import Activity
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.playbook.bundle import Bundle, FormField, Page
from tests.support.builders import a_bundle
from tests.support.fakes import FakeQueue
from tests.support.gateway_events import KEY

EMAIL = "hanako@example.co.jp"


@dataclass
class SilentQueue(FakeQueue):
    """An SQS that is down."""

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessageBatch")


class RestlessTable(Table):
    """A table on which another writer is always faster."""

    def write(self, *changes: Change) -> None:
        raise Conflict((0,))


class SilentTable(Table):
    """A DynamoDB that is down."""

    def get_many(self, keys: Any) -> list[Any]:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "BatchGetItem")


@dataclass
class Ids:
    taken: Any = field(default_factory=lambda: counter(1))

    def __call__(self) -> str:
        return f"{next(self.taken):032x}"


def with_page() -> Bundle:
    """Return a bundle whose page shows all that a page template gets."""
    bundle = a_bundle()
    source = (
        "{{ page.name }} {{ locale }}: {{ error }}"
        "|{% for f in form.fields %}{{ f.name }}={{ f.value }}[{{ f.error }}]{% endfor %}"
        "|{% for h in hidden %}{{ h.name }}={{ h.value }};{% endfor %}"
        "|{% for l in languages %}{{ l.url }} {% endfor %}"
    )
    form = replace(
        bundle.forms["whitepaper"],
        fields=(*bundle.forms["whitepaper"].fields, FormField(name="size", label={"ja": "規模"}, required=True)),
    )
    return replace(
        bundle,
        forms={"whitepaper": form},
        pages={
            "other": Page(name="other", title={"ja": "他"}, source={"*": "other"}),
            "whitepaper": Page(name="whitepaper", title={"ja": "資料"}, source={"*": source}, form="whitepaper"),
        },
    )


def lead_of(table: Table, email: str = EMAIL) -> str:
    row = table.get(keys.address(address_hash(KEY, email)))
    assert row is not None
    return row.value.lead


def profile_of(table: Table, email: str = EMAIL) -> Profile:
    row = table.get(keys.profile(lead_of(table, email)))
    assert row is not None
    return row.value


def contact_of(table: Table) -> Contact:
    row = table.get(keys.contact(lead_of(table)))
    assert row is not None
    return row.value


def activities(table: Table, email: str = EMAIL) -> list[Activity]:
    return [row.value for row in table.under(lead_of(table, email), "activity#")]


def body_of(answered: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = json.loads(answered["body"])
    return found
