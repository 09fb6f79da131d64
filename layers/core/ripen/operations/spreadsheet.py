"""Cells of CSV files. A spreadsheet calculates a cell that begins like a formula (OWASP, CSV Injection).

An address may begin so, and strangers choose theirs.
"""

_FORMULA_STARTS = ("=", "+", "-", "@")


def escape_formula(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would calculate."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def unescape_formula(cell: str) -> str:
    """Return the text that `escape_formula` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell
