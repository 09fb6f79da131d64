"""Read the playbook's folder: YAML with positions, templates with their shared parts."""
