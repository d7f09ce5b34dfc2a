"""The Credential Manager in memory: limits and error numbers are those of the Windows API."""

from win32ctypes.pywin32 import pywintypes

CRED_TYPE_GENERIC = 1
CRED_PERSIST_ENTERPRISE = 3
CRED_MAX_CREDENTIAL_BLOB_SIZE = 5 * 512

_kept = {}


def CredWrite(credential, flags):
    blob = credential["CredentialBlob"].encode("utf-16-le")
    if len(blob) > CRED_MAX_CREDENTIAL_BLOB_SIZE:
        raise pywintypes.error(1783, "CredWrite", "The stub received bad data.")
    _kept[credential["TargetName"]] = {**credential, "CredentialBlob": blob}


def CredRead(Type, TargetName):
    if TargetName not in _kept:
        raise pywintypes.error(1168, "CredRead", "Element not found.")
    return dict(_kept[TargetName])


def CredDelete(Type, TargetName):
    if _kept.pop(TargetName, None) is None:
        raise pywintypes.error(1168, "CredDelete", "Element not found.")
