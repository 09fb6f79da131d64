"""Starts every function once, so that the first person does not wait for it: the emulator unpacks the layers for each."""

from pathlib import Path
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from ruamel.yaml import YAML

from sandbox.stack import Cloud, physical_ids

_SECONDS = 40


def warm(cloud: Cloud, template: Path, api: str) -> None:
    """Visits every address with something that is refused, and wakes every worker with nothing to do."""
    ids = physical_ids(cloud)
    for name, resource in YAML(typ="safe").load(template)["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            event = next(iter(resource["Properties"]["Events"].values()))
            try:
                _visit(event, api) if event["Type"] == "HttpApi" else _wake(cloud, ids[name])
            except (httpx.TransportError, BotoCoreError, ClientError):
                return  # the cloud is being stopped


def _visit(event: dict[str, Any], api: str) -> None:
    properties = event["Properties"]
    path = "/".join("-" if part.startswith("{") else part for part in properties["Path"].split("/"))
    httpx.request(properties["Method"], api + path, timeout=_SECONDS, trust_env=False)


def _wake(cloud: Cloud, function: str) -> None:
    cloud.client("lambda").invoke(FunctionName=function, Payload=b'{"Records": []}')
