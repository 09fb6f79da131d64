"""Bundles in S3: the format that this code and the deployed functions read."""

from copy import replace

import boto3
import pytest

from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Table
from ripen.errors import NewerFormat
from ripen.playbook.bundle import FORMAT
from tests.support.builders import a_bundle
from tests.support.newer_playbook import a_newer_playbook
from tests.support.sqs_events import a_playbook


def test_bundle_of_newer_code_is_refused_by_its_format_and_not_by_its_content(table: Table) -> None:
    playbook = a_newer_playbook(table)
    with pytest.raises(NewerFormat, match=f"format {FORMAT + 1}; the newest that can be read is {FORMAT}"):
        playbook.live()


def test_bundle_without_a_format_has_the_first(table: Table) -> None:
    playbook = a_playbook(table, a_bundle())
    s3 = boto3.client("s3")
    stored = s3.get_object(Bucket="bucket", Key="bundles/bundle1.json")["Body"].read()
    s3.put_object(Bucket="bucket", Key="bundles/bundle1.json", Body=stored.replace(b'"format":1,', b""))
    assert playbook.live().bundle.format == 1


def test_bundle_that_the_deployed_functions_cannot_read_is_not_stored(table: Table) -> None:
    a_playbook(table, a_bundle())
    s3 = boto3.client("s3")
    publisher = Playbook(table, "bucket", s3, deployed=FORMAT)
    with pytest.raises(NewerFormat):
        publisher.put(replace(a_bundle(), hash="newer", format=FORMAT + 1))
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="bucket")["Contents"]] == ["bundles/bundle1.json"]
