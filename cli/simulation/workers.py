"""The functions' own use cases, imported without a cloud around them: what they wire at import touches no network."""

import os

_ANY = "simulated"
_QUEUES = (
    "REACT",
    "REACT_BULK",
    "ADVANCE",
    "DELIVER",
    "DELIVER_BULK",
    "SYNC",
    "ALERT",
    "ACT",
    "ERRAND",
    "CALL",
    "TRACK",
    "WALK",
)

for _name in ("TABLE", "BUCKET", "SECRET", "CONFIGURATION_SET", "SALES_CHANNEL", "POWERTOOLS_METRICS_NAMESPACE"):
    os.environ.setdefault(_name, _ANY)
for _name in _QUEUES:
    os.environ.setdefault(f"{_name}_QUEUE", f"https://sqs.example/{_name.lower()}")
os.environ.setdefault("SLACK_API", "https://slack.com/api/")
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "ripen")
os.environ.setdefault("AWS_DEFAULT_REGION", "ap-northeast-1")

from capture import form, link  # noqa: E402
from nurture import advance, deliver, feedback, preferences  # noqa: E402
from score import react  # noqa: E402

__all__ = ["advance", "deliver", "feedback", "form", "link", "preferences", "react"]
