"""The queues that functions read from their environment as <NAME>_QUEUE. Tests set them too."""

QUEUES = (
    "REACT",
    "REACT_BULK",
    "BEACONS",
    "ADVANCE",
    "DELIVER",
    "DELIVER_BULK",
    "SYNC",
    "ALERT",
    "ACT",
    "CRM",
    "WEBHOOK",
    "WALK",
    "POLL",
)
