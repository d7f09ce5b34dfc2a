"""The configuration files of a profile: planned, shown, written as one, read back, undone."""
