"""Work that does not reach the CRM: by which error, why, and whether a person must act.

Source: Salesforce, SOAP API Developer Guide, "Status Codes" (StatusCode); REST API Developer Guide, "Status Codes and
Error Responses".
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from ripen.cause import Cause
from ripen.marks import CrmMark

NO_ANSWER, NO_LOGIN_ANSWER = "no answer from Salesforce", "no answer from Salesforce's login"
NO_COMPOSITE = "the answer from Salesforce is not a composite response"
NOT_CONNECTED, LOGIN_REFUSED = "Salesforce is not connected", "Salesforce refuses the login"
TOKEN_REFUSED, BAD_KEY = "Salesforce refuses its own new token", "the private key for Salesforce cannot be read"
FEW_CALLS_LEFT = "few calls left today"
NOT_IN_CRM = "not in Salesforce yet"
MERGED = "MERGED_RECORDS"
"""Our own code: sales merged the lead's record with that of an older lead, whose id follows."""
SETUP_ERRORS = {
    "API_DISABLED_FOR_ORG",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_TYPE",
}
"""The package or its permission set is missing: when an administrator has installed it, all leads can be written."""
LIMIT_ERRORS = {"REQUEST_LIMIT_EXCEEDED"}
_CAUSES = (
    (
        Cause.OUTAGE,
        {NO_ANSWER, NO_LOGIN_ANSWER, NO_COMPOSITE, "SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", "QUERY_TIMEOUT"},
    ),
    (Cause.LIMIT, LIMIT_ERRORS | {FEW_CALLS_LEFT, "HTTP 429"}),
    (Cause.CREDENTIALS, {NOT_CONNECTED, LOGIN_REFUSED, TOKEN_REFUSED, BAD_KEY, "INVALID_SESSION_ID"}),
    (Cause.RIGHTS, SETUP_ERRORS),
    (Cause.BEHIND, {NOT_IN_CRM}),
)
_ALIKE = 3
_LONG = timedelta(hours=1)


def cause(code: str) -> Cause:
    """Return why the CRM does not take our work, by the code of its last answer."""
    if code.startswith("HTTP 5"):
        return Cause.OUTAGE
    return next((found for found, codes in _CAUSES if code in codes), Cause.REFUSED)


def error_code(mark: CrmMark) -> str:
    """Return the code of the CRM's error, or our own words without their details; "" without an error."""
    return (mark.error or mark.waits_for).partition(":")[0] if mark.failing_since else ""


def merged_with(mark: CrmMark) -> str:
    """Return the older lead that writes the record that both share; "" if there is none."""
    return mark.error.partition(": ")[2] if error_code(mark) == MERGED else ""


def is_ignored(mark: CrmMark) -> bool:
    """Return whether a person chose to ignore the error of this lead. Another error counts again."""
    return mark.ignored != "" and mark.ignored == error_code(mark)


def needs_a_person(marks: Iterable[CrmMark], now: datetime) -> bool:
    """Return whether three leads are refused with one code, or a lead has failed for an hour.

    Reads no more marks than it needs. A failure that may pass by itself counts only when it lasts, and an ignored
    refusal never. Neither do merged records: a person may look at them, and nothing is wrong.
    """
    refused = Counter[str]()
    for mark in marks:
        if is_ignored(mark) or error_code(mark) == MERGED:
            continue
        if mark.failing_since and now - mark.failing_since >= _LONG:
            return True
        refused[error_code(mark)] += mark.refused
        if refused[error_code(mark)] >= _ALIKE:
            return True
    return False
