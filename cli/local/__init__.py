"""What a command needs of the local cloud: where it is, its clock, its addresses."""
