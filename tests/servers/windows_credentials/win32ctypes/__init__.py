"""A stand-in for the library through which keyring reaches the Windows Credential Manager."""
