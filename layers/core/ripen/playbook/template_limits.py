"""What a template of the playbook may do, and the error of a template that fails."""

MAX_OUTPUT = 1_000_000
"""Most characters that a template may output."""
MAX_SOURCE = 250_000
"""Most characters of a template."""
MAX_MARKUP = 2_000
"""Most characters of one tag or output."""
MAX_SPACES = 100
"""Most white space in a row in a tag or output."""
MAX_ITERATIONS = 5_000
"""Most iterations of a loop, nested loops multiplied."""
MAX_WORK = 1_000_000
"""Most characters that one rendering may work on: bodies of loops at each iteration, values of filters, captures."""

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
