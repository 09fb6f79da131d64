"""An AWS account as `ripen doctor` reads it, and the states of its findings."""

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from cli.doctor.finding import Finding, State

WELL = {
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50_000.0, "SentLast24Hours": 10.0, "MaxSendRate": 14.0},
}
VERIFIED = {
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {"Status": "SUCCESS", "SigningEnabled": True},
    "MailFromAttributes": {"MailFromDomain": "bounce.example.com", "MailFromDomainStatus": "SUCCESS"},
}
EVENTS = ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY"]


class FakeAccount:
    """The boto3 clients of SES and Lambda for one account. A value of None is an error of AWS."""

    def __init__(self, **known: Any) -> None:
        self._known = {"account": WELL, "identity": VERIFIED, "events": EVENTS, "concurrency": 1000} | known
        self._identities = known.get("identities")
        self._is_denied = bool(known.get("denied"))

    def get_account(self) -> dict[str, Any]:
        return dict(self._of("account"))

    def get_email_identity(self, **asked: str) -> dict[str, Any]:
        if self._is_denied:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "identity")
        if self._identities is not None and asked["EmailIdentity"] not in self._identities:
            raise ClientError({"Error": {"Code": "NotFoundException", "Message": "no"}}, "identity")
        return dict(self._of("identity"))

    def get_configuration_set_event_destinations(self, **_: str) -> dict[str, Any]:
        destination = {"Enabled": True, "SnsDestination": {"TopicArn": "arn"}, "MatchingEventTypes": self._of("events")}
        return {"EventDestinations": [destination]}

    def get_account_settings(self) -> dict[str, Any]:
        return {"AccountLimit": {"ConcurrentExecutions": self._of("concurrency")}}

    def _of(self, name: str) -> Any:
        if self._known[name] is None:
            raise ClientError({"Error": {"Code": "NotFoundException", "Message": "no"}}, name)
        return self._known[name]


def states(findings: Iterable[Finding]) -> dict[str, State]:
    found = list(findings)
    assert all(finding.next_step.en or finding.state is State.OK for finding in found)
    return {finding.check.title.en: finding.state for finding in found}
