"""The `ripen` command: what people and scripts ask of a running Ripen, on this machine or on AWS."""
