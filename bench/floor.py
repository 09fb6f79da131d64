"""The floor of a cold start: a bare handler with boto3, the same clients and first reads, and none of our code.

Its environment says what it does: FLOOR_CLIENTS, client names separated by commas; FLOOR_KEYS, the rows it reads,
"pk|sk" separated by commas; FLOOR_QUERIES, the number of agenda shards it queries; FLOOR_LIBRARY, simple_salesforce or
slack_bolt.
"""

import json
import os
from typing import Any

import boto3

clients = {name: boto3.client(name) for name in os.environ["FLOOR_CLIENTS"].split(",")}
library = os.environ["FLOOR_LIBRARY"]
if library == "slack_bolt":
    from slack_bolt import App, BoltRequest
    from slack_bolt.authorization import AuthorizeResult

    app = App(
        authorize=lambda **_: AuthorizeResult(enterprise_id="E1", team_id="T1"),
        process_before_response=True,
        request_verification_enabled=False,
        token_verification_enabled=False,
    )
    app.action("not_fit")(lambda ack: ack())
if library == "simple_salesforce":
    import requests
    from simple_salesforce.api import Salesforce


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    secret = {}
    if "secretsmanager" in clients:
        secret = json.loads(clients["secretsmanager"].get_secret_value(SecretId=os.environ["SECRET"])["SecretString"])
    for key in filter(None, os.environ["FLOOR_KEYS"].split(",")):
        pk, _, sk = key.partition("|")
        found = clients["dynamodb"].get_item(
            TableName=os.environ["TABLE"], Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
        )
        row = json.loads(found["Item"]["body"]["S"])
        if "s3" in clients and key == "setting#bundle|-":
            clients["s3"].get_object(Bucket=os.environ["BUCKET"], Key=f"bundles/{row['bundle']}.json")["Body"].read()
    for shard in range(int(os.environ["FLOOR_QUERIES"])):
        clients["dynamodb"].query(
            TableName=os.environ["TABLE"],
            IndexName="agenda",
            KeyConditionExpression="agenda = :agenda AND due <= :until",
            ExpressionAttributeValues={":agenda": {"S": f"hot#{shard}"}, ":until": {"N": "1"}},
            Limit=100,
        )
    if library == "simple_salesforce":
        _query(secret["salesforce"])
    if library == "slack_bolt":
        app.dispatch(BoltRequest(body=event["body"], headers={"content-type": "application/x-www-form-urlencoded"}))
    return {"statusCode": 200, "body": "{}"}


def _query(settings: dict[str, str]) -> None:
    token = requests.post(
        f"{settings['login']}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(settings["client_id"], settings["client_secret"]),
        timeout=5,
    ).json()
    salesforce = Salesforce(session_id=token["access_token"], instance_url=token["instance_url"])
    salesforce.restful("composite", method="POST", json={"compositeRequest": []})
