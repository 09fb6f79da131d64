"""Cells of a CSV file that somebody opens in a spreadsheet, which would calculate what begins like a formula
(OWASP, CSV Injection). An address may begin so, and strangers choose theirs."""

_CALCULATED = ("=", "+", "-", "@")


def as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_CALCULATED) else cell


def as_meant(cell: str) -> str:
    """What `as_text` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_CALCULATED) else cell
