"""A stub of all outside systems for the benches: one small HTTP server in a process of its own.

It answers as DynamoDB, S3, Secrets Manager, SQS, SES, Salesforce and Slack do when all is well. It keeps rows and
objects and checks no conditions.

    python -m bench.stub server.pem    prints its ports, plain and TLS (Salesforce's), then serves until it is killed
"""

import json
import re
import socket
import ssl
import sys
from collections import defaultdict
from collections.abc import Callable
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Item = dict[str, dict[str, str]]
_WEB: dict[str, dict[str, Any]] = {
    "/services/oauth2/token": {"access_token": "token", "instance_url": "SELF"},
    "/api/chat.postMessage": {"ok": True, "channel": "C0123456789", "ts": "1.000001"},
    "/api/chat.update": {"ok": True, "channel": "C0123456789", "ts": "1.000001"},
    "/api/auth.test": {"ok": True, "team_id": "T1"},
    "/api/users.info": {
        "ok": True,
        "user": {"id": "U0123456", "team_id": "T1", "profile": {"email": "taro@example.jp"}},
    },
    "/v2/email/outbound-emails": {"MessageId": "0100"},
    "/services/data/v62.0/query": {"totalSize": 0, "done": True, "records": []},
}


class Storage:
    """The stub's state: rows and objects."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Item] = {}
        self._owned = defaultdict[str, dict[str, Item]](dict)
        self.objects: dict[str, bytes] = {}
        self.vault = "{}"

    def forget(self) -> None:
        """Delete all leads and their messages, so that a long run does not fill the memory."""
        for owner in [owner for owner in self._owned if owner.startswith(("lead#", "send#"))]:
            for sort in self._owned.pop(owner):
                del self.rows[owner, sort]

    def dynamodb(self, verb: str, asked: dict[str, Any]) -> dict[str, Any]:
        match verb:
            case "GetItem":
                found = self.rows.get(_key(asked["Key"]))
                return {"Item": found} if found else {}
            case "BatchGetItem":
                [(table, wanted)] = asked["RequestItems"].items()
                rows = [self.rows.get(_key(key)) for key in wanted["Keys"]]
                return {"Responses": {table: [row for row in rows if row]}, "UnprocessedKeys": {}}
            case "Query":
                items = self._under(asked["ExpressionAttributeValues"]) if "IndexName" not in asked else []
                return {"Items": items, "Count": len(items), "ScannedCount": len(items)}
            case "TransactWriteItems":
                for change in asked["TransactItems"]:
                    self._change(change)
                return {}
            case "PutItem":
                self._put(asked["Item"])
                return {}
            case "UpdateItem":
                return {}
        raise NotImplementedError(verb)

    def _under(self, values: Item) -> list[Item]:
        own, prefix = self._owned[values[":pk"]["S"]], values.get(":prefix", {"S": ""})["S"]
        first, last = (values.get(name, {"S": ""})["S"] for name in (":first", ":last"))
        return [own[sk] for sk in sorted(own) if sk.startswith(prefix) and first <= sk and (not last or sk <= last)]

    def _change(self, change: dict[str, Any]) -> None:
        if "Put" in change:
            self._put(change["Put"]["Item"])
        elif "Update" in change:  # ripen's Mark: a new due time and a raised version
            asked = change["Update"]
            values, row = asked["ExpressionAttributeValues"], self.rows[_key(asked["Key"])]
            version = {"N": str(int(row["version"]["N"]) + 1)}
            self._put(row | {"due": values[":due"], "agenda": values[":agenda"], "version": version})

    def _put(self, item: Item) -> None:
        pk, sk = _key(item)
        self.rows[pk, sk] = self._owned[pk][sk] = item


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _rang(asked: dict[str, Any]) -> dict[str, Any]:
    if "MessageBody" in asked:
        return {"MessageId": "1", "MD5OfMessageBody": _md5(asked["MessageBody"])}
    sent = [
        {"Id": entry["Id"], "MessageId": entry["Id"], "MD5OfMessageBody": _md5(entry["MessageBody"])}
        for entry in asked["Entries"]
    ]
    return {"Successful": sent, "Failed": []}


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _composite(asked: dict[str, Any]) -> dict[str, Any]:
    """Answer a composite call: queries find nothing, and every record is created."""
    made = {"success": True, "created": True, "id": "00Q000000000001AAA", "errors": []}
    parts = []
    for part in asked["compositeRequest"]:
        if part["method"] == "GET":
            body: Any = {"totalSize": 0, "done": True, "records": []}
        else:
            body = [made for _ in (part.get("body") or {}).get("records", ())]
        parts.append({"httpStatusCode": 200, "body": body, "httpHeaders": {}, "referenceId": part["referenceId"]})
    return {"compositeResponse": parts}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet per answer
    storage = Storage()

    def do_GET(self) -> None:
        if self.path.partition("?")[0] in self.storage.objects:
            self._send(self.storage.objects[self.path.partition("?")[0]], "application/octet-stream")
        else:
            self._answer(_WEB.get(self.path.partition("?")[0], {"ok": True}))

    def do_PUT(self) -> None:
        self.storage.objects[self.path.partition("?")[0]] = self._body()
        self._send(b"", "text/plain")

    def do_POST(self) -> None:
        service, _, verb = self.headers.get("x-amz-target", "").rpartition(".")
        self._answer(self._served(service, verb, self._body()))

    def _served(self, service: str, verb: str, body: bytes) -> Any:
        if service.startswith("DynamoDB"):
            return self.storage.dynamodb(verb, json.loads(body))
        if service == "secretsmanager":
            return {"Name": "secret", "VersionId": "1" * 36, "SecretString": self.storage.vault}
        if service == "AmazonSQS":
            return _rang(json.loads(body))
        if self.path == "/_secret":
            self.storage.vault = body.decode()
            return {}
        if self.path == "/_forget":
            self.storage.forget()
            return {}
        if re.search("/composite$", self.path):
            return _composite(json.loads(body))
        here = f"https://{self.headers['host']}"
        return {name: here if value == "SELF" else value for name, value in _WEB.get(self.path, {"ok": True}).items()}

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().partition(b";")[0], 16)
        found = self.rfile.read(size) if size else b""
        if size:
            self.rfile.readline()
        else:
            while self.rfile.readline().strip():
                pass
        return found

    def _answer(self, content: Any) -> None:
        self._send(json.dumps(content).encode(), "application/json")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    log_message: Callable[..., None] = lambda *_: None


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


def main(certificate: str) -> None:
    plain, secure = Server(("127.0.0.1", 0), Handler), Server(("127.0.0.1", 0), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    print(plain.server_port, secure.server_port, flush=True)
    Thread(target=secure.serve_forever, daemon=True).start()
    plain.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
