"""The lead: who it is, what it did, whether we may write to it."""
