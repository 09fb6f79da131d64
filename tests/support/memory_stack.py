"""The stack that a command connects to: a table of moto, with secrets and playbook in memory."""

from dataclasses import dataclass, field
from typing import Any

from cli.stack.stack import Stack
from ripen.adapters.playbook import Live
from ripen.adapters.table import Create, Table, keys
from ripen.key_ring import KeyRing, Rotated
from ripen.lead.address import address_hash
from ripen.lead.lead import Profile
from ripen.playbook.bundle import Bundle
from ripen.pointers import Pointer
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import FakeClock

KEY = b"k" * 32


@dataclass
class Kept:
    """The secrets and the bundles of the stack."""

    bundles: tuple[Bundle, ...]
    sources: dict[str, dict[str, str]] = field(default_factory=dict)

    def key(self, purpose: str) -> bytes:
        return KEY

    def ring(self, purpose: Rotated) -> KeyRing:
        return KeyRing.of(KEY)

    def live(self) -> Live:
        return Live(self.bundles[-1], "https://site.example")

    def bundle(self, hash: str) -> Bundle:
        return next(bundle for bundle in self.bundles if bundle.hash == hash)

    def put_files(self, hash: str, files: dict[str, str]) -> None:
        self.sources[hash] = files

    def files(self, hash: str) -> dict[str, str] | None:
        return self.sources.get(hash)

    def put(self, bundle: Bundle) -> None:
        self.bundles = (bundle, *self.bundles)


def a_known_lead(table: Table, **known: Any) -> Profile:
    """Add a lead that is found by its address."""
    lead = a_lead(**known)
    table.write(
        Create(keys.address(address_hash(KEY, lead.email)), Pointer(lead=lead.id)), Create(keys.profile(lead.id), lead)
    )
    return lead


def a_stack(table: Table, clock: FakeClock, *bundles: Bundle, queues: tuple[str, ...] = ()) -> Stack:
    """Return a stack on which the last bundle is live."""
    kept: Any = Kept(bundles or (a_bundle(),))
    at: Any = clock
    site = "https://site.example"
    return Stack(
        table=table,
        playbook=kept,
        secrets=kept,
        connections=kept,
        clock=at,
        site=site,
        queues=queues,
        tick="",
        local=None,
    )
