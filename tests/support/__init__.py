"""Every harness of the tests. docs/testing.md says which one to use for what."""
