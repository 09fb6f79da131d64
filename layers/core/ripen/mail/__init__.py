"""One mail to one person: content, policy, send ledger, feedback, replies."""
