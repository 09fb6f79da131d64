"""The playbook: the marketer's files, checked, compiled and published."""
