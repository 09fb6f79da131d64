"""Slack: the Web API, the chat that is built on it, and the addresses at which Slack takes answers."""
