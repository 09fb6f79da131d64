"""Deploy the stack to the emulator with `sam deploy`, from the template that goes to AWS.

Then add the parts that the emulator does not create from the template.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from ruamel.yaml import YAML

from cli.local.home import REGION, STACK, Home, aws_environment
from sandbox.build import architecture, receipt_rules, sam
from sandbox.ses.receiving import Rule
from sandbox.slack.workspace import SALES

_ARTIFACTS = "ripen-artifacts"
REPLY_DOMAIN = "reply.ripen.example"


class Cloud:
    """The emulator as AWS clients see it."""

    def __init__(self, url: str) -> None:
        self.url = url
        known = aws_environment(url)
        self._session = boto3.Session(
            aws_access_key_id=known["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=known["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )

    def client(self, name: str, url: str = "") -> Any:
        return self._session.client(name, endpoint_url=url or self.url)


def deploy(home: Home, cloud: Cloud, template: Path, digest: str, slack: str) -> dict[str, str]:
    """Deploy the build, unless it is deployed already, and return the stack's outputs."""
    parameters = {"Architecture": architecture(), "SlackApi": slack, "ReplyDomain": REPLY_DOMAIN, "SalesChannel": SALES}
    stamp = home.at("aws") / "deployed"
    wanted = json.dumps([digest, parameters])
    if not _is_up(cloud) or not stamp.exists() or stamp.read_text() != wanted:
        stamp.unlink(missing_ok=True)
        if not _has_bucket(cloud):
            place = {"LocationConstraint": REGION}
            cloud.client("s3").create_bucket(Bucket=_ARTIFACTS, CreateBucketConfiguration=place)
        sam(
            *("deploy", "--template-file", str(template), "--stack-name", STACK, "--s3-bucket", _ARTIFACTS),
            *("--region", REGION, "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"),
            *("--no-fail-on-empty-changeset", "--no-progressbar", "--parameter-overrides"),
            *(f"{name}={value}" for name, value in parameters.items()),
            env=aws_environment(cloud.url),
        )
        stamp.write_text(wanted)
    [stack] = cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def route(cloud: Cloud, template: Path) -> str:
    """Create the routes of the template's `HttpApi` events, which the emulator ignores in the API's definition.

    Return the API's id. Existing routes stay as they are.
    """
    ids = physical_ids(cloud)
    gateway = cloud.client("apigatewayv2")
    api = ids["Api"]
    there = {found["RouteKey"] for found in gateway.get_routes(ApiId=api, MaxResults="500")["Items"]}
    for function, routes in http_events(template):
        missing = [key for key in routes if key not in there]
        if not missing:
            continue
        arn = cloud.client("lambda").get_function(FunctionName=ids[function])["Configuration"]["FunctionArn"]
        integration = gateway.create_integration(
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=arn,
            IntegrationMethod="POST",
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        for key in missing:
            gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration}")
    return api


def receiving(cloud: Cloud, template: Path) -> list[Rule]:
    """Return the template's receipt rules: what SES does with incoming mail."""
    names = physical_ids(cloud) | {"ReplyDomain": REPLY_DOMAIN, "SalesChannel": SALES}
    return [
        Rule(
            recipients=tuple(names[each["Ref"]] for each in rule["Recipients"]),
            bucket=names[action["S3Action"]["BucketName"]["Ref"]],
            prefix=action["S3Action"]["ObjectKeyPrefix"],
            topic=names[action["S3Action"]["TopicArn"]["Ref"]],
        )
        for rule in receipt_rules(template)
        for action in rule["Actions"]
    ]


def create_configuration_sets(cloud: Cloud, template: Path, mailbox: str) -> None:
    """Create the template's configuration sets in the stand-in for SES. The emulator has them in an SES of its own."""
    ses, names = cloud.client("sesv2", mailbox), physical_ids(cloud)
    resources = YAML(typ="safe").load(template)["Resources"]
    for name, found in resources.items():
        if found["Type"] == "AWS::SES::ConfigurationSet":
            options = found["Properties"]["SuppressionOptions"]
            with suppress(ses.exceptions.AlreadyExistsException):
                ses.create_configuration_set(ConfigurationSetName=names[name])
            ses.put_configuration_set_suppression_options(ConfigurationSetName=names[name], **options)
    for name, found in resources.items():
        if found["Type"] == "AWS::SES::ConfigurationSetEventDestination":
            asked = found["Properties"]["EventDestination"]
            topic = {"SnsDestination": {"TopicArn": names[asked["SnsDestination"]["TopicARN"]["Ref"]]}}
            destination = {
                "ConfigurationSetName": names[found["Properties"]["ConfigurationSetName"]["Ref"]],
                "EventDestinationName": name,
                "EventDestination": asked | topic,
            }
            with suppress(ses.exceptions.AlreadyExistsException):
                ses.create_configuration_set_event_destination(**destination)
            ses.update_configuration_set_event_destination(**destination)


def give_connections(cloud: Cloud, secret: str, connections: dict[str, Any]) -> None:
    """Write the local connections into the secret that the template created empty."""
    client, wanted = cloud.client("secretsmanager"), json.dumps(connections)
    if client.get_secret_value(SecretId=secret)["SecretString"] != wanted:
        client.put_secret_value(SecretId=secret, SecretString=wanted)


def http_events(template: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each function's logical id and the routes ("GET /pages/{page}") that it answers."""
    for name, resource in YAML(typ="safe").load(template)["Resources"].items():
        events = resource.get("Properties", {}).get("Events", {}) if resource["Type"].endswith("::Function") else {}
        yield name, [route_key(event["Properties"]) for event in events.values() if event["Type"] == "HttpApi"]


def route_key(properties: dict[str, Any]) -> str:
    """Return the key of an `HttpApi` event's route. Without a path it is the one for all requests that no other takes.

    Source: AWS, SAM Developer Guide, "HttpApi".
    """
    return f"{properties['Method'].upper()} {properties['Path']}" if "Path" in properties else "$default"


def physical_ids(cloud: Cloud) -> dict[str, str]:
    """Return the physical ids of the stack's resources, by logical id."""
    found = cloud.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}


def _is_up(cloud: Cloud) -> bool:
    try:
        [stack] = cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    except ClientError:
        return False
    return str(stack["StackStatus"]) in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def _has_bucket(cloud: Cloud) -> bool:
    return any(bucket["Name"] == _ARTIFACTS for bucket in cloud.client("s3").list_buckets()["Buckets"])
