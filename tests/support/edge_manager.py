"""A Secrets Manager that knows the key of CloudFront, and counts how often it is asked."""

import json


class EdgeManager:
    key = "e" * 64

    def __init__(self) -> None:
        self.reads = 0

    def get_secret_value(self, **_: str) -> dict[str, str]:
        self.reads += 1
        return {"SecretString": json.dumps({"key": self.key})}
