"""The engine: facts in, findings out. No user interface, no writes, no global state."""
