"""The hand-off of a lead to sales: who gets it, and what happens while it waits."""
