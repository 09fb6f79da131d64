"""The queues that functions ask their environment for, as <NAME>_QUEUE; tests name them to the functions too."""

QUEUES = (
    "REACT",
    "REACT_BULK",
    "TRACK",
    "ADVANCE",
    "DELIVER",
    "DELIVER_BULK",
    "SYNC",
    "ALERT",
    "ACT",
    "ERRAND",
    "CALL",
    "WALK",
    "MEMBERS",
)
