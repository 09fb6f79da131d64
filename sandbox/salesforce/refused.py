"""Errors in the three shapes in which Salesforce answers them."""

from typing import Any


class Refused(Exception):
    """Salesforce refuses a request, or one row of it."""

    def __init__(self, code: str, message: str, *fields: str, status: int = 400, **more: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = list(fields)
        self.status = status
        self.more = more

    def body(self) -> list[dict[str, Any]]:
        """Return the error as the answer to a single request."""
        error: dict[str, Any] = {**self.more, "message": self.message, "errorCode": self.code}
        return [{**error, "fields": self.fields}] if self.fields else [error]

    def row(self) -> dict[str, Any]:
        """Return the error as the answer for one record among many."""
        return {
            "success": False,
            "errors": [{"statusCode": self.code, "message": self.message, "fields": self.fields, **self.more}],
        }


def not_found(message: str = "The requested resource does not exist") -> Refused:
    return Refused("NOT_FOUND", message, status=404)
