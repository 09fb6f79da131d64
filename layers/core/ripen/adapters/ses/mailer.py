"""Amazon SES: submits one mail in exactly one attempt and reports whether SES accepted it.

botocore must not retry: in a measurement, its default retries turned one mail with a slow answer into three.

Source: Amazon SES API v2 Reference, "SendEmail" (errors; characters of headers and tags).
"""

from time import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from ripen.decision import Reason
from ripen.errors import Blocked, Undeliverable, Unsure
from ripen.mail.content.message import OutgoingMail
from ripen.mail.ledger import MailClass

_CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1, "mode": "standard"})
_ACCOUNT_PAUSE_SECONDS = 600
"""The pause when the whole account cannot send, whatever the mail."""
_MAX_IDLE_SECONDS = 20.0
"""A connection that was idle for longer may be dead, above all in a frozen Lambda: it would look like a lost answer."""

_MAIL_ERRORS = {"MessageRejected", "BadRequestException", "ValidationException", "InvalidParameterValue"}
_ACCOUNT_ERRORS = {
    "LimitExceededException",
    "AccountSuspendedException",
    "SendingPausedException",
    "MailFromDomainNotVerifiedException",
    "NotFoundException",
    "AccessDeniedException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "ExpiredTokenException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
}
_RATE_ERRORS = {"TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded"}
_NOT_AVAILABLE = {"ServiceUnavailable", "ServiceUnavailableException"}
_REFUSALS = _MAIL_ERRORS | _ACCOUNT_ERRORS | _RATE_ERRORS | _NOT_AVAILABLE
"""Codes with which SES says that it did not take the mail, whatever the status: "If the call to Amazon SES fails,
Amazon SES … does not send the email" (Developer Guide, "Email sending errors")."""
_ACCOUNT_WORDS = ("quota", "not verified", "paused", "suspended", "configuration set", "shut down")
"""An error whose message has one of these words is about the account, whatever its code."""
_OLDEST_REGION, _DOMAIN = "us-east-1", "amazonses.com"
_HANDSHAKE_WORDS = ("CERTIFICATE_VERIFY_FAILED", "HANDSHAKE", "WRONG_VERSION_NUMBER", "HOSTNAME")


class Ses:
    """Implements ports.Mailer. Without a configuration set SES publishes no events (delivery, bounce, complaint).

    Transactional mail goes through a set of its own, if there is one: reputation, pools and pauses are per set.
    """

    def __init__(self, configuration_set: str, client: Any = None, transactional: str = "") -> None:
        self._sets = {
            MailClass.MARKETING: configuration_set,
            MailClass.TRANSACTIONAL: transactional or configuration_set,
        }
        self._client = client
        self._used_at = 0.0

    def send(self, mail: OutgoingMail) -> str:
        """Submit the mail and return SES's message id.

        Raises Undeliverable (SES did not accept the mail), Blocked (SES accepts no mail now) or Unsure (SES may have
        accepted it).
        """
        client = self._connected_client()
        try:
            thread = _thread(mail.follows, client.meta.region_name)
            answer = client.send_email(**_request(mail, thread, self._sets[mail.mail_class]))
        except ParamValidationError as error:
            raise Undeliverable(f"{Reason.REFUSED_BY_SES}: not valid", permanent=True) from error
        except ClientError as error:
            raise refusal(error) from error
        except (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError) as error:
            raise Blocked("SES cannot be reached") from error
        except (NoCredentialsError, CredentialRetrievalError) as error:
            raise Blocked("no AWS credentials for SES", after=_ACCOUNT_PAUSE_SECONDS) from error
        except SSLError as error:
            if any(word in str(error).upper() for word in _HANDSHAKE_WORDS):
                raise Undeliverable("no secure connection to SES", permanent=False) from error
            raise Unsure("the connection to SES was lost") from error
        except (HTTPClientError, ResponseParserError) as error:
            raise Unsure(f"no answer from SES ({type(error).__name__})") from error
        finally:
            self._used_at = time()
        if "MessageId" not in answer:
            raise Unsure("the answer from SES has no message id")
        return str(answer["MessageId"])

    def _connected_client(self) -> Any:
        """Return the client, without its open connections if they may be dead."""
        if self._client is None:
            self._client = boto3.client("sesv2", config=_CONFIG)
        elif time() - self._used_at > _MAX_IDLE_SECONDS:
            self._client.close()
        return self._client


def refusal(error: ClientError) -> Undeliverable | Unsure:
    """Return SES's error as ours, by code, message and status, which SES does not use consistently.

    A 5xx is Unsure unless its code is a refusal: an unknown failure, or what a load balancer answers for SES, does not
    say how far the mail came. Errors of the account and of the rate are Blocked, errors of the mail permanent. Any
    other 4xx is retried, because it may be a setting that an administrator corrects.
    """
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "").lower()
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if not 400 <= status < 500 and code not in _REFUSALS:
        return Unsure(f"SES answered {status or code}")
    if code in _ACCOUNT_ERRORS or any(word in message for word in _ACCOUNT_WORDS):
        return Blocked(f"SES accepts no mail now ({code})", after=_ACCOUNT_PAUSE_SECONDS)
    if code in _RATE_ERRORS or status == 429:
        return Blocked("SES accepts no more mails per second")
    if code in _NOT_AVAILABLE:
        return Blocked("SES is not available")
    if code in _MAIL_ERRORS:
        return Undeliverable(f"{Reason.REFUSED_BY_SES}: {code}", permanent=True)
    return Undeliverable(f"{Reason.REFUSED_BY_SES}: {code}", permanent=False, after=_ACCOUNT_PAUSE_SECONDS)


def _thread(earlier: str, region: str) -> dict[str, str]:
    """Return the headers that name an earlier mail by the Message-ID that SES gave it (RFC 5322, 3.6.4).

    Source: Amazon SES Developer Guide, "Header fields" and the mails that SES sends.
    """
    if not earlier:
        return {}
    host = "email" if region == _OLDEST_REGION else region
    return dict.fromkeys(("In-Reply-To", "References"), f"<{earlier}@{host}.{_DOMAIN}>")


def _request(mail: OutgoingMail, thread: dict[str, str], configuration_set: str) -> dict[str, Any]:
    return {
        "FromEmailAddress": mail.sender,
        "Destination": {"ToAddresses": [mail.to]},
        "ReplyToAddresses": [mail.reply_to],
        "Content": {
            "Simple": {
                "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                "Body": {
                    part: {"Data": text, "Charset": "UTF-8"}
                    for part, text in (("Text", mail.text), ("Html", mail.html))
                    if text
                },
                "Headers": [{"Name": name, "Value": value} for name, value in (mail.headers | thread).items()],
            }
        },
        "EmailTags": [{"Name": name, "Value": value} for name, value in mail.tags.items()],
    } | ({"ConfigurationSetName": configuration_set} if configuration_set else {})
