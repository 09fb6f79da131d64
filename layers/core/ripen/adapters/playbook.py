"""The live playbook: a pointer row names a bundle in S3, kept in memory until the pointer moves."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import msgspec
from msgspec import Struct

from ripen.adapters import aws
from ripen.adapters.table import Table, keys
from ripen.playbook.bundle import Bundle
from ripen.settings import LivePlaybook as Pointer

_FRESH_SECONDS = 5.0
PROPAGATION_TIME = timedelta(seconds=_FRESH_SECONDS + 1)
"""After so long every function knows that the pointer was moved."""


class NotPublished(Exception):
    """No playbook has been published yet: run `ripen publish`."""


class Live(Struct, frozen=True):
    bundle: Bundle
    site: str
    """Public address that links start with, without a slash at the end."""


class Playbook:
    """Bundles by hash, and the live one; a moved pointer is seen within 5 seconds, and heeded once it is in force."""

    def __init__(self, table: Table, bucket: str, client: Any = None) -> None:
        self._table = table
        self._bucket = bucket
        self._client = client
        self._bundles: dict[str, Bundle] = {}
        self._pointer: Pointer | None = None
        self._read = -1e9

    def live(self) -> Live:
        """Raises NotPublished."""
        if self._pointer is None or monotonic() - self._read > _FRESH_SECONDS:
            row = self._table.get(keys.LIVE)
            if row is None:
                raise NotPublished
            self._pointer = row.value
            self._read = monotonic()
        return Live(self.bundle(_in_force(self._pointer)), self._pointer.site)

    def before(self) -> Bundle | None:
        """The one that was in force before the live one; None where there is none, or another is still in force."""
        live = self.live().bundle.hash
        before = self._pointer.previous if self._pointer else ""
        return self.bundle(before) if before not in ("", live) else None

    def bundle(self, hash: str) -> Bundle:
        """The bundle with that hash: bundles never change and are never deleted."""
        if hash not in self._bundles:
            if self._client is None:
                self._client = aws.client("s3")
            found = self._client.get_object(Bucket=self._bucket, Key=f"bundles/{hash}.json")
            self._bundles[hash] = msgspec.json.decode(found["Body"].read(), type=Bundle)
        return self._bundles[hash]

    def put(self, bundle: Bundle) -> None:
        """Store a bundle under its hash; the pointer is moved by `ripen publish`."""
        if self._client is None:
            self._client = aws.client("s3")
        self._client.put_object(
            Bucket=self._bucket,
            Key=f"bundles/{bundle.hash}.json",
            Body=msgspec.json.encode(bundle),
            ContentType="application/json",
        )


def _in_force(pointer: Pointer) -> str:
    is_early = pointer.in_force_from is not None and datetime.now(UTC) < pointer.in_force_from
    return pointer.previous if is_early else pointer.bundle
