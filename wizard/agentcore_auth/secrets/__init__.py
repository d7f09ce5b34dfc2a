"""Secrets of a profile: where they are kept, how they are given, and what stands in the way."""

from agentcore_auth.secrets.broker import SESSION_MEMORY, Broker, Store, StoreResult
from agentcore_auth.secrets.encrypted_file import (
    EncryptedFile,
    EncryptedFileError,
    encrypted_file_path,
)
from agentcore_auth.secrets.given import (
    LARGEST_SECRET_BYTES,
    FromEnvironment,
    FromFile,
    FromKeyring,
    SecretReference,
    UnusableSecret,
    reference,
    resolved,
    usable,
)
from agentcore_auth.secrets.keepers import ENCRYPTED_FILE, Refused, Stored
from agentcore_auth.secrets.probe import KeyringProbe, SecretProbe, secret_probes

__all__ = [
    "ENCRYPTED_FILE",
    "LARGEST_SECRET_BYTES",
    "SESSION_MEMORY",
    "Broker",
    "EncryptedFile",
    "EncryptedFileError",
    "FromEnvironment",
    "FromFile",
    "FromKeyring",
    "KeyringProbe",
    "Refused",
    "SecretProbe",
    "SecretReference",
    "Store",
    "StoreResult",
    "Stored",
    "UnusableSecret",
    "encrypted_file_path",
    "reference",
    "resolved",
    "secret_probes",
    "usable",
]
