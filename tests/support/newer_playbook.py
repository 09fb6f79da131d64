"""A playbook that newer code published: its format is higher, and this code knows neither its step nor its class."""

import json
from typing import Any

import boto3

from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Replace, Table, keys
from ripen.playbook.bundle import FORMAT
from ripen.settings import LivePlaybook
from tests.support.fakes import NOON

NEWER: dict[str, Any] = {
    "hash": "newer",
    "format": FORMAT + 1,
    "emails": {"hello": {"name": "hello", "mail_class": "hologram", "locales": {}}},
    "journeys": {"hello": {"name": "hello", "steps": [{"type": "Hologram", "id": "hologram-hello"}]}},
}


def a_newer_playbook(table: Table) -> Playbook:
    """Return this code's view of moto's S3, on which newer code has published."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    s3.put_object(Bucket="bucket", Key="bundles/newer.json", Body=json.dumps(NEWER))
    row = table.get(keys.LIVE)
    live = LivePlaybook(bundle="newer", site="https://ripen.example", at=NOON)
    table.write(Replace(keys.LIVE, live, row.version if row else 0))
    return Playbook(table, "bucket", s3)
