"""Score, rank, reasons and segments: pure functions of what the lead did."""
