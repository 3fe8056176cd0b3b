"""The command `tocsin`, and the local stack it can start."""
