"""Build the functions' structs from the models of the playbook's files."""
