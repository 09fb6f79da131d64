"""The queues that functions ask their environment for, as <NAME>_QUEUE; tests name them to the functions too."""

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
