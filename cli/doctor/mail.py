"""Check Amazon SES: the account, its quota, the sender's identity, and the configuration set."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.doctor.finding import Check, Finding, Owner

PRODUCTION = Check("SES production access", Owner.IT)
QUOTA = Check("SES sending quota", Owner.IT)
IDENTITY = Check("Sender identity", Owner.IT)
DKIM = Check("DKIM", Owner.IT)
SET = Check("Configuration set", Owner.IT)
_NEARLY = 0.8
_EVENTS = {"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"}
_DEPLOY = "Deploy the stack again: make deploy"


def account(ses: Any) -> Iterator[Finding]:
    """Check the account. `ses` is boto3's sesv2 client."""
    try:
        found = ses.get_account()
    except (BotoCoreError, ClientError) as error:
        yield PRODUCTION.fail(
            f"SES does not answer: {error}", "Sign in to AWS with a role that may read SES, then try again."
        )
        return
    if not found.get("ProductionAccessEnabled"):
        yield PRODUCTION.fail(
            "The account is in SES's sandbox: it mails only to addresses verified beforehand.",
            "SES console → Account dashboard → Request production access.",
        )
    elif not found.get("SendingEnabled", True) or found.get("EnforcementStatus", "HEALTHY") == "SHUTDOWN":
        yield PRODUCTION.fail("AWS has paused this account's sending.", "Read AWS's mail about it and answer the case.")
    elif found.get("EnforcementStatus", "HEALTHY") != "HEALTHY":
        yield PRODUCTION.warn(
            f"AWS has put the account under {found['EnforcementStatus'].lower()}.",
            "Look at bounces and complaints in the SES console.",
        )
    else:
        yield PRODUCTION.ok("granted")
    yield _quota(found.get("SendQuota") or {})


def _quota(quota: dict[str, float]) -> Finding:
    most, sent = quota.get("Max24HourSend", 0), quota.get("SentLast24Hours", 0)
    usage = f"{sent:,.0f} of {most:,.0f} mails in 24 hours, {quota.get('MaxSendRate', 0):g} a second"
    if most == -1:
        return QUOTA.ok("unlimited")
    if sent >= most:
        return QUOTA.fail(usage, "Service Quotas → Amazon SES → Sending quota → Request increase.")
    if sent >= most * _NEARLY:
        return QUOTA.warn(usage, "Ask for more before the next big mailing: Service Quotas → Amazon SES.")
    return QUOTA.ok(usage)


def identity(ses: Any, sender: str) -> tuple[Finding, Finding, str]:
    """Return the findings on the sender's identity and its DKIM, and its MAIL FROM domain, "" without one."""
    domain = sender.partition("@")[2]
    found = _identity(ses, domain) or _identity(ses, sender)
    step = (
        f"Verify {domain} in SES with Easy DKIM (parameter SenderDomain) and publish the three CNAME records it shows."
    )
    if found is None:
        return IDENTITY.fail(f"SES does not know {domain}.", step), DKIM.fail("no identity, no signature", step), ""
    verified = found.get("VerifiedForSendingStatus")
    finding = IDENTITY.ok(f"{domain} is verified") if verified else IDENTITY.fail(f"{domain} is not verified yet", step)
    return finding, _dkim(found.get("DkimAttributes") or {}, step), _mail_from(found)


def _dkim(dkim: dict[str, Any], step: str) -> Finding:
    status = dkim.get("Status", "NOT_STARTED")
    if status == "SUCCESS" and dkim.get("SigningEnabled"):
        return DKIM.ok("mails are signed")
    if status == "SUCCESS":
        return DKIM.fail("signing is switched off", "SES console → Identities → DKIM → Enable signatures.")
    return DKIM.fail(f"SES says {status}", step)


def _mail_from(found: dict[str, Any]) -> str:
    attributes = found.get("MailFromAttributes") or {}
    return str(attributes.get("MailFromDomain") or "") if attributes.get("MailFromDomainStatus") == "SUCCESS" else ""


def _identity(ses: Any, name: str) -> dict[str, Any] | None:
    try:
        return dict(ses.get_email_identity(EmailIdentity=name))
    except (BotoCoreError, ClientError):
        return None


def configuration_set(ses: Any, name: str) -> Finding:
    """Check the configuration set, whose events tell the outcome of each mail."""
    try:
        found = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)
    except (BotoCoreError, ClientError) as error:
        return SET.fail(f"{name or 'the set'} is not there: {error}", _DEPLOY)
    enabled = {
        event
        for destination in found.get("EventDestinations", [])
        if destination.get("Enabled") and destination.get("SnsDestination")
        for event in destination.get("MatchingEventTypes", [])
    }
    if missing := _EVENTS - enabled:
        return SET.fail(f"SES does not send these events: {', '.join(sorted(missing)).lower()}", _DEPLOY)
    return SET.ok("bounces, complaints and deliveries are reported")
