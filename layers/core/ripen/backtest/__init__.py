"""Back-test: scoring rules on what was recorded of leads, against what sales made of them."""
