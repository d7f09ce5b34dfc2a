"""The two modules that keyring uses."""
