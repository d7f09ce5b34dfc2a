"""Reads an answer's body with a bound on what it unfolds to.

The requests ask for no compression; a server that compresses all the same is read, but never
further than the bound: half a megabyte of gzip can unfold to half a gigabyte.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from agentcore_auth_checks.facts.http import NoAnswer
from agentcore_auth_checks.probes.connecting import NotReached

_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
_PLAIN = frozenset({"", "identity"})
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


async def read_body(chunks: AsyncIterator[bytes], coding: str, limit: int) -> bytes:
    """Returns the decoded body.

    Args:
        chunks: the body as it arrives.
        coding: the Content-Encoding header's value, or nothing (RFC 9110 section 8.4.1).
        limit: the most bytes to take, as they arrive and decoded.

    Raises:
        NotReached: it is larger, in a coding that is not known, or not in the coding it claims.
    """
    name = coding.strip().lower()
    if name in _PLAIN:
        return await _joined(chunks, limit)
    if name in _COMPRESSED:
        return await _inflated(chunks, limit)
    raise NotReached(NoAnswer.BROKEN, f"Content-Encoding: {coding}, which was not asked for")


async def _joined(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


async def _inflated(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    arrived = 0
    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
    async for chunk in chunks:
        arrived += len(chunk)
        if arrived > limit:
            raise _too_large(limit)
        rest = chunk
        while rest:
            if inflater.eof:  # one more gzip member (RFC 1952 section 2.2)
                inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
            try:
                body += inflater.decompress(rest, limit - len(body) + 1)
            except zlib.error as error:
                raise NotReached(NoAnswer.BROKEN, f"the body does not inflate: {error}") from None
            if len(body) > limit:
                raise _too_large(limit)
            rest = inflater.unused_data
    if arrived and not inflater.eof:
        raise NotReached(NoAnswer.BROKEN, "the compressed body is cut short")
    return bytes(body)


def _too_large(limit: int) -> NotReached:
    return NotReached(NoAnswer.TOO_LARGE, f"more than {limit} bytes")
