"""Start every function once, so that the first visitor does not wait while the emulator unpacks its layers."""

import json
from pathlib import Path
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from ruamel.yaml import YAML

from cli.local.web import web
from sandbox.stack import Cloud, physical_ids

_SPAM = {
    "mail": {"messageId": "warm", "timestamp": "2026-01-01T00:00:00Z", "source": ""},
    "receipt": {"recipients": [], "spamVerdict": {"status": "FAIL"}, "action": {"objectKey": ""}},
}
_HARMLESS_MESSAGES = {
    "CaptureBeacons": "lead#nobody|join#nobody1",
    "CaptureChanges": '{"records": {}}',
    "ScoreReact": "lead#nobody|state",
    "ScoreRefold": "refold#none|-",
    "ScoreSync": "lead#nobody|due#crm",
    "NurtureAdvance": "lead#nobody|enrollment#none#once",
    "NurtureWalk": "campaign#none|-",
    "NurtureCrm": "lead#nobody|request#none",
    "NurtureWebhook": "lead#nobody|call#none",
    "NurtureDeliver": "lead#nobody|send#none",
    "NurtureFeedback": json.dumps({"Type": "Notification", "Message": "Successfully validated SNS topic"}),
    "NurtureReply": json.dumps({"Message": json.dumps(_SPAM)}),
    "NotifyAlert": "lead#nobody|alert#none",
    "NotifyAct": "lead#nobody|action#none",
}
"""For each worker, a message about a row that does not exist or a mail that is not read."""


def warm(cloud: Cloud, template: Path, api: str) -> None:
    """Send every route a request that it refuses, and every worker a message that causes no work."""
    ids = physical_ids(cloud)
    for name, resource in YAML(typ="safe").load(template)["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            event = next(iter(resource["Properties"]["Events"].values()))
            try:
                if event["Type"] == "HttpApi":
                    _visit(event["Properties"], api)
                elif name in _HARMLESS_MESSAGES:
                    _wake(cloud, ids[name], _HARMLESS_MESSAGES[name])
            except (httpx.TransportError, BotoCoreError, ClientError):
                return  # the cloud is stopping


def _visit(route: dict[str, Any], api: str) -> None:
    path = "/".join("-" if part.startswith("{") else part for part in route["Path"].split("/"))
    web.request(route["Method"], api + path)


def _wake(cloud: Cloud, function: str, body: str) -> None:
    record = {"messageId": "warm", "eventSource": "aws:sqs", "body": body, "attributes": {}, "messageAttributes": {}}
    cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"Records": [record]}))
