"""Fixtures that all tests share: a table on moto, a clock and queues in memory, and one local cloud."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from moto.core.config import default_user_config
from xdist.scheduler import LoadScopeScheduling

from bench.environment import QUEUES
from cli.output import language
from ripen.adapters.table import Table
from tests.support.atomic_moto import an_empty_table
from tests.support.fakes import FakeClock, FakeQueue
from tests.support.local_cloud import RunningCloud, ripen, start
from tests.support.quick_dynamodb import QuickDynamoDB

settings.register_profile("patient", deadline=None)  # a slow machine is no bug
settings.load_profile("patient")

os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "ap-northeast-1",
    "POWERTOOLS_METRICS_NAMESPACE": "Ripen",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_DISABLED": "true",
}
for name in ("TABLE", "BUCKET", "SECRET", "CONNECTIONS", "CONFIGURATION_SET", "TRANSACTIONAL_SET", "SALES_CHANNEL"):
    os.environ.setdefault(name, name.lower())
for name in QUEUES:
    os.environ.setdefault(f"{name}_QUEUE", f"https://sqs.example/{name.lower()}")
for name in ("REPLY_DOMAIN", "EDGE_KEY", "TURNSTILE_SITE_KEY"):
    os.environ.setdefault(name, "")
os.environ.setdefault("SLACK_API", "https://slack.com/api/")
os.environ["LANGUAGE"] = "en"  # of the command line, whatever the developer speaks
os.environ.pop("RIPEN_STACK", None)  # never test against the developer's own stack
default_user_config["core"]["reset_boto3_session"] = False  # otherwise botocore reads its service models for each test


ON_A_CLOUD = ("tests/e2e/lived/", "tests/e2e/", "tests/browser/")
LONG = (*ON_A_CLOUD, "tests/faults/")


class ByNeed(LoadScopeScheduling):  # type: ignore[misc]
    """Distributes tests over the processes of `make test`.

    Two processes start with a local cloud each and all tests that use it. The other tests are distributed file by file,
    because each file creates its fixtures once.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith(ON_A_CLOUD[0]):
            return "a cloud with playbooks of the tests' own"
        return "a cloud" if file.startswith(ON_A_CLOUD) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByNeed:
    return ByNeed(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the longest tests last, but first if processes run in parallel, so that no process is left with them."""
    side_by_side = hasattr(config, "workerinput")
    items.sort(key=lambda item: item.nodeid.startswith(LONG) != side_by_side)


def create_table(client: Any, name: str = "table") -> None:
    """Create the table as infra/template.yaml defines it."""
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": type}
            for name, type in (("pk", "S"), ("sk", "S"), ("agenda", "S"), ("due", "N"), ("roster", "S"))
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": index, "KeyType": "HASH"},
                    {"AttributeName": sort, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index, sort in (("agenda", "due"), ("roster", "pk"))
        ],
    )


@pytest.fixture(autouse=True)
def english() -> None:
    """The command line speaks English at the start of each test, whatever the test before it chose."""
    language.use("en")


@pytest.fixture
def dynamodb(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.node.get_closest_marker("many_rows"):
        yield QuickDynamoDB()
        return
    with an_empty_table(create_table) as client:
        yield client


@pytest.fixture
def table(dynamodb: Any) -> Table:
    return Table("table", dynamodb)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture(scope="session")
def cloud() -> Iterator[RunningCloud]:
    """Run a local cloud in its own folder, on its own ports. Tests share it: use names of your own."""
    with TemporaryDirectory(prefix="ripen-", ignore_cleanup_errors=True) as folder:
        running = start(Path(folder))
        yield running
        assert ripen(running.folder, "down").returncode == 0
