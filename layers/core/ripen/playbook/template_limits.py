"""What a template of the playbook may do, and how it fails."""

LONGEST = 1_000_000
"""Characters that a template may write."""

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
"""What a template may do to a value."""


class TemplateError(Exception):
    """The template does not parse, asks for what it was not given, or exceeds its limits. The text says which and where,
    and never holds a value."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{reason} (line {line}, column {column})")
        self.reason = reason
        self.line = line
        self.column = column
