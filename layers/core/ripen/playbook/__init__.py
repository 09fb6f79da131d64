"""The compiled playbook: its structs, conditions and templates."""
