"""The event and the context of a function that SQS wakes, and a playbook for it to read."""

from dataclasses import dataclass
from typing import Any

import boto3

from nurture._effects import Queues
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Replace, Table, keys
from ripen.playbook.bundle import Bundle
from ripen.settings import LivePlaybook
from tests.support.fakes import NOON, FakeQueue


@dataclass
class LambdaContext:
    function_name: str = "function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:ap-northeast-1:123456789012:function:function"
    aws_request_id: str = "request1"
    millis: int = 55_000

    def get_remaining_time_in_millis(self) -> int:
        return self.millis


def an_sqs_event(*bodies: str) -> dict[str, Any]:
    """Return an event with these messages. Their ids are "0", "1" and so on."""
    return {
        "Records": [
            {"messageId": str(n), "receiptHandle": "", "body": body, "attributes": {}, "eventSource": "aws:sqs"}
            for n, body in enumerate(bodies)
        ]
    }


def a_playbook(table: Table, *bundles: Bundle) -> Playbook:
    """Return a playbook on moto's S3 with these bundles; the last one is live."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    playbook = Playbook(table, "bucket", s3)
    for bundle in bundles:
        playbook.put(bundle)
    row = table.get(keys.LIVE)
    live = LivePlaybook(bundle=bundles[-1].hash, site="https://ripen.example", at=NOON)
    table.write(Replace(keys.LIVE, live, row.version if row else 0))
    return playbook


def queues_of_advance(deliver: FakeQueue | None = None, others: FakeQueue | None = None) -> Queues:
    """Return the queues of nurture.advance; a test names only those that it looks at."""
    rest = others or FakeQueue()
    return Queues(
        deliver=deliver or FakeQueue(),
        react=rest,
        alert=rest,
        crm_request=rest,
        call=rest,
        advance=rest,
    )
