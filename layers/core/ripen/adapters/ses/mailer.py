"""Amazon SES: hand over one mail in exactly one attempt, and say for sure whether it was taken, where that can be said.

Sources: the SES v2 API reference, "SendEmail" (errors, header and tag alphabets); measured: with botocore's default retries
a slow answer makes three mails of one.
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

from ripen.errors import Blocked, Undeliverable, Unsure
from ripen.mail.message import OutgoingMail

_CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1, "mode": "standard"})
_ACCOUNT_PAUSE = 600
"""Seconds to wait where the whole account cannot send: no person's mail is at fault."""
_IDLE = 20.0
"""A connection unused for so long may be dead, above all after Lambda slept: a dead one would look like a lost answer."""

_THIS_MAIL = {"MessageRejected", "BadRequestException", "ValidationException", "InvalidParameterValue"}
_ACCOUNT = {
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
_SLOWER = {"TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded"}
_ACCOUNT_WORDS = ("quota", "not verified", "paused", "suspended", "configuration set", "shut down")
"""In a message, they say that the account is at fault, whatever the code."""
_NO_HANDSHAKE = ("CERTIFICATE_VERIFY_FAILED", "HANDSHAKE", "WRONG_VERSION_NUMBER", "hostname")


class Ses:
    """A Mailer. The client is made at the first mail. Without a configuration set SES tells nobody what became of a mail."""

    def __init__(self, configuration_set: str, client: Any = None) -> None:
        self._configuration_set = configuration_set
        self._client = client
        self._used = 0.0

    def send(self, mail: OutgoingMail) -> str:
        """SES's message id. Raises Undeliverable (it was not taken) or Unsure (it may have been)."""
        client = self._awake()
        try:
            answer = client.send_email(**_request(mail, self._configuration_set))
        except ParamValidationError as error:
            raise Undeliverable("it does not fit SES's form", permanent=True) from error
        except ClientError as error:
            raise refusal(error) from error
        except (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError) as error:
            raise Undeliverable("SES cannot be reached", permanent=False) from error
        except (NoCredentialsError, CredentialRetrievalError) as error:
            raise Blocked("no right to use SES", after=_ACCOUNT_PAUSE) from error
        except SSLError as error:
            if any(words in str(error).upper() for words in map(str.upper, _NO_HANDSHAKE)):
                raise Undeliverable("no secure connection to SES", permanent=False) from error
            raise Unsure("the connection to SES broke") from error
        except (HTTPClientError, ResponseParserError) as error:
            raise Unsure(f"no answer from SES ({type(error).__name__})") from error
        finally:
            self._used = time()
        if "MessageId" not in answer:
            raise Unsure("SES's answer broke off")
        return str(answer["MessageId"])

    def _awake(self) -> Any:
        if self._client is None:
            self._client = boto3.client("sesv2", config=_CONFIG)
        elif time() - self._used > _IDLE:
            self._client.close()
        return self._client


def refusal(error: ClientError) -> Undeliverable | Unsure:
    """What an error answer means, by its code, its message and its status: the two are not consistent over SES's API."""
    code = error.response.get("Error", {}).get("Code", "")
    words = error.response.get("Error", {}).get("Message", "").lower()
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500 or status < 400:
        return Unsure(f"SES answered {status or code}")
    if code in _ACCOUNT or any(word in words for word in _ACCOUNT_WORDS):
        return Blocked(f"SES takes nothing now ({code})", after=_ACCOUNT_PAUSE)
    if code in _SLOWER or status == 429:
        return Blocked("SES takes no more per second")
    if code in _THIS_MAIL:
        return Undeliverable(f"refused by SES ({code})", permanent=True)
    # An answer of 4xx that we do not know: it was not taken; later, somebody may have put right what was wrong.
    return Undeliverable(f"refused by SES ({code})", permanent=False, after=_ACCOUNT_PAUSE)


def _request(mail: OutgoingMail, configuration_set: str) -> dict[str, Any]:
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
                "Headers": [{"Name": name, "Value": value} for name, value in mail.headers.items()],
            }
        },
        "EmailTags": [{"Name": name, "Value": value} for name, value in mail.tags.items()],
    } | ({"ConfigurationSetName": configuration_set} if configuration_set else {})
