"""The stack that a command talks to."""
