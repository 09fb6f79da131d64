"""What a template of the playbook may do, and the error of a template that fails."""

MAX_OUTPUT = 1_000_000
"""Most characters that a template may output."""

FILTERS = frozenset(
    [
        "append",
        "at_least",
        "at_most",
        "capitalize",
        "default",
        "downcase",
        "escape",
        "first",
        "join",
        "last",
        "minus",
        "newline_to_br",
        "plus",
        "prepend",
        "size",
        "strip",
        "truncate",
        "upcase",
        "url_encode",
    ]
)
"""The Liquid filters that a template may use."""


class TemplateError(Exception):
    """The template does not parse, uses an unknown value, or exceeds its limits.

    The message says which and where. It never contains a value.
    """

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{reason} (line {line}, column {column})")
        self.reason = reason
        self.line = line
        self.column = column
