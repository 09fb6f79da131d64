"""The local cloud as commands see it: its folder, its clock, its addresses."""
