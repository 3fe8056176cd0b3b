"""A parsed article in, who says what in it out: voices, their stances, and the outlet's own witness."""
