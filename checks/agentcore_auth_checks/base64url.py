"""Base64url read strictly (RFC 4648 section 5, RFC 7515 section 2).

Python's own decoder drops characters that it does not know and takes any trailing bits; here
each of these is a fault with a name. What was meant is decoded all the same where it can be told.
"""

from __future__ import annotations

import base64
import re
from enum import StrEnum


class EncodingFault(StrEnum):
    """What is wrong with a text that should be base64url without padding."""

    ALPHABET = "alphabet"
    PADDING = "padding"
    LENGTH = "length"
    NONCANONICAL = "noncanonical"


_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
_STANDARD_TO_URL = str.maketrans("+/", "-_")


def decode(text: str) -> tuple[bytes | None, EncodingFault | None]:
    """Returns the bytes, or None where they cannot be told, and the first fault, or None."""
    body, fault = text, None
    if not _ALPHABET.fullmatch(body):
        body = body.rstrip("=")
        fault = EncodingFault.PADDING
        if not _ALPHABET.fullmatch(body):
            body = body.translate(_STANDARD_TO_URL)
            fault = EncodingFault.ALPHABET
            if not _ALPHABET.fullmatch(body):
                return None, fault
    if len(body) % 4 == 1:
        return None, fault or EncodingFault.LENGTH
    data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    if fault is None and encode(data) != body:
        fault = EncodingFault.NONCANONICAL
    return data, fault


def encode(data: bytes) -> str:
    """Returns base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
