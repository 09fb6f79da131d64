"""The live playbook: a pointer row names a bundle in S3. Bundles are cached in memory by their hash."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import msgspec
from msgspec import Struct

from ripen.adapters import aws
from ripen.adapters.table import Table, keys
from ripen.errors import NewerFormat, Unavailable
from ripen.playbook.bundle import FORMAT, Bundle
from ripen.settings import LivePlaybook as Pointer

_MAX_AGE_SECONDS = 5.0
PROPAGATION_TIME = timedelta(seconds=_MAX_AGE_SECONDS + 1)
"""After this time every function has read the new pointer."""


class NotPublished(Unavailable):
    """No playbook has been published yet: run `ripen publish`."""


class Live(Struct, frozen=True):
    """The playbook in force, and the site that serves its links."""

    bundle: Bundle
    site: str
    """The public URL that links start with, without a slash at the end."""


class _Head(Struct, frozen=True):
    """The part of a bundle that code of any age can read."""

    format: int = 1


class Playbook:
    """Reads and stores bundles. A new pointer is read within 5 seconds, and followed from the time that it names.

    `deployed` is the newest format that the deployed functions read.
    """

    def __init__(self, table: Table, bucket: str, client: Any = None, deployed: int = FORMAT) -> None:
        self.deployed = deployed
        self._table = table
        self._bucket = bucket
        self._client = client
        self._bundles: dict[str, Bundle] = {}
        self._pointer: Pointer | None = None
        self._read_at = -1e9

    def live(self) -> Live:
        """Return the playbook in force. Raises NotPublished and NewerFormat."""
        if self._pointer is None or monotonic() - self._read_at > _MAX_AGE_SECONDS:
            row = self._table.get(keys.LIVE)
            if row is None:
                raise NotPublished
            self._pointer = row.value
            self._read_at = monotonic()
        return Live(self.bundle(_in_force(self._pointer)), self._pointer.site)

    def before(self) -> Bundle | None:
        """Return the bundle that was in force before the live one; None without one, or while it is still in force."""
        live = self.live().bundle.hash
        previous = self._pointer.previous if self._pointer else ""
        return self.bundle(previous) if previous not in ("", live) else None

    def bundle(self, hash: str) -> Bundle:
        """Return the bundle with that hash. Bundles never change and are never deleted. Raises NewerFormat."""
        if hash not in self._bundles:
            answer = self._s3().get_object(Bucket=self._bucket, Key=_object_key(hash))
            body = answer["Body"].read()
            _require(msgspec.json.decode(body, type=_Head).format, FORMAT)
            self._bundles[hash] = msgspec.json.decode(body, type=Bundle)
        return self._bundles[hash]

    def put(self, bundle: Bundle) -> None:
        """Store a bundle under its hash, without making it live. Raises NewerFormat if the functions cannot read it."""
        _require(bundle.format, self.deployed)
        self._s3().put_object(
            Bucket=self._bucket,
            Key=_object_key(bundle.hash),
            Body=msgspec.json.encode(bundle),
            ContentType="application/json",
        )

    def put_files(self, hash: str, files: Mapping[str, str]) -> None:
        """Keep the text of each file that the bundle was made from, by path."""
        self._s3().put_object(
            Bucket=self._bucket,
            Key=_files_key(hash),
            Body=msgspec.json.encode(files),
            ContentType="application/json",
        )

    def files(self, hash: str) -> dict[str, str] | None:
        """Return the text of each file that the bundle was made from, by path; None if they were not kept."""
        s3 = self._s3()
        try:
            answer = s3.get_object(Bucket=self._bucket, Key=_files_key(hash))
        except s3.exceptions.NoSuchKey:
            return None
        return msgspec.json.decode(answer["Body"].read(), type=dict[str, str])

    def _s3(self) -> Any:
        self._client = self._client or aws.client("s3")
        return self._client


def _require(format: int, newest: int) -> None:
    if format > newest:
        raise NewerFormat(f"the playbook has format {format}; the newest that can be read is {newest}")


def _object_key(hash: str) -> str:
    return f"bundles/{hash}.json"


def _files_key(hash: str) -> str:
    return f"bundles/{hash}.files.json"


def _in_force(pointer: Pointer) -> str:
    is_early = pointer.in_force_from is not None and datetime.now(UTC) < pointer.in_force_from
    return pointer.previous if is_early else pointer.bundle
