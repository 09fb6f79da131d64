"""The playbook's clauses, steps and fields in words, for people who did not write its files."""
