"""The functions' environment variables: settings, and queues as <NAME>_QUEUE. Tests set the queues too."""

QUEUES = (
    "REACT",
    "REACT_BULK",
    "BEACONS",
    "CHANGES",
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
    "REFOLD",
)

SETTINGS = {
    "AWS_DEFAULT_REGION": "ap-northeast-1",
    "POWERTOOLS_SERVICE_NAME": "ripen",
    "POWERTOOLS_METRICS_NAMESPACE": "Ripen",
    "TABLE": "table",
    "BUCKET": "bucket",
    "SECRET": "secret",
    "CONNECTIONS": "secret",
    "CONFIGURATION_SET": "set",
    "TRANSACTIONAL_SET": "set",
    "REPLY_DOMAIN": "",
    "TURNSTILE_SITE_KEY": "",
    "EDGE_KEY": "",
}
