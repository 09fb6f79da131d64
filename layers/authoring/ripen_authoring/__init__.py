"""The playbook's files: models, checks, compiler and simulation. Publishing and the command line carry them."""
