"""Secrets in one encrypted file, for those who ask for it by name where no keyring can run.

AES-256-GCM under a key that scrypt derives from a passphrase (RFC 7914). The passphrase is kept
nowhere. The file is JSON: schema, salt and nonce in clear but authenticated, and the sealed values.
"""

from __future__ import annotations

import errno
import os
import secrets as random_values
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from agentcore_auth.profile import state_directory
from agentcore_auth_checks.text import Secret

_COST = 2**16
_BLOCK_SIZE = 8
_PARALLEL = 2
"""scrypt's N, r and p of schema 1: 64 MiB twice, which the OWASP password storage guide counts
as equal to 128 MiB once.
"""

_LARGEST_FILE_BYTES = 4 * 1024 * 1024


class EncryptedFileError(Exception):
    """The file cannot be opened or written. The message names it and says why, no value."""


def encrypted_file_path(profile_name: str) -> Path:
    """Returns where the encrypted file of a profile is, or would be."""
    return state_directory() / "secrets" / f"{profile_name}.sealed"


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: Literal[1]
    salt: bytes
    nonce: bytes


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    header: _Header
    sealed: bytes


class EncryptedFile:
    """Blocking calls; deriving the key takes some tenths of a second and 64 MiB once."""

    def __init__(self, path: Path, passphrase: Secret) -> None:
        self.path = path
        self._passphrase = passphrase
        self._keys: dict[bytes, bytes] = {}

    def check(self) -> None:
        """Opens the file and forgets what is in it; nothing happens where there is none.

        Raises:
            EncryptedFileError: it cannot be read, is not such a file, or the passphrase is wrong.
        """
        self._opened()

    def get(self, name: str) -> Secret | None:
        """Returns a value, or None where the file or the value does not exist.

        Raises:
            EncryptedFileError: it cannot be read, is not such a file, or the passphrase is wrong.
        """
        return self._opened().get(name)

    def put(self, name: str, secret: Secret) -> None:
        """Stores a value and reads it back.

        Raises:
            EncryptedFileError: the file cannot be opened or written, or lost the value.
        """
        with self._alone():
            self._write({**self._opened(), name: secret})
            kept = self._opened().get(name)
        if kept != secret:
            raise EncryptedFileError(f"{self.path}: the value does not read back")

    def remove(self, name: str) -> None:
        """Deletes a value; nothing happens where there is none.

        Raises:
            EncryptedFileError: the file cannot be opened or written.
        """
        with self._alone():
            kept = self._opened()
            if name in kept:
                del kept[name]
                self._write(kept)

    def _opened(self) -> dict[str, Secret]:
        data = self._read()
        if data is None:
            return {}
        try:
            sealed = msgspec.json.decode(data, type=_Sealed)
        except (msgspec.DecodeError, UnicodeDecodeError):
            sealed = None
        if sealed is None:
            raise EncryptedFileError(f"{self.path}: this is not an encrypted file of this version")
        values = self._unsealed(sealed)
        if values is None:
            raise EncryptedFileError(
                f"{self.path}: it does not open: the passphrase is another one, "
                "or the file was changed"
            )
        return values

    def _unsealed(self, sealed: _Sealed) -> dict[str, Secret] | None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        cipher = AESGCM(self._key(sealed.header.salt))
        clear_header = msgspec.json.encode(sealed.header)
        try:
            plain = cipher.decrypt(sealed.header.nonce, sealed.sealed, clear_header)
        except (InvalidTag, ValueError):
            return None
        values = msgspec.json.decode(plain, type=dict[str, str])
        return {name: Secret(value) for name, value in values.items()}

    def _write(self, values: dict[str, Secret]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        salt = next(iter(self._keys), None) or random_values.token_bytes(16)
        nonce = random_values.token_bytes(12)
        header = _Header(1, salt, nonce)
        plain = msgspec.json.encode({name: value.reveal() for name, value in values.items()})
        sealed = AESGCM(self._key(salt)).encrypt(nonce, plain, msgspec.json.encode(header))
        self._replace(msgspec.json.encode(_Sealed(header, sealed)))

    def _key(self, salt: bytes) -> bytes:
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        if salt not in self._keys:
            derivation = Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK_SIZE, p=_PARALLEL)
            self._keys[salt] = derivation.derive(self._passphrase.reveal().encode())
        return self._keys[salt]

    def _read(self) -> bytes | None:
        """Returns the file's bytes, or None where there is none. A link is refused."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            why = "it is a link" if error.errno == errno.ELOOP else error.strerror
            raise EncryptedFileError(f"{self.path}: cannot be read: {why}") from None
        try:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST_FILE_BYTES:
                raise EncryptedFileError(f"{self.path}: this is not an encrypted file")
            with os.fdopen(handle, "rb", closefd=False) as stream:
                return stream.read()
        finally:
            os.close(handle)

    def _replace(self, data: bytes) -> None:
        temporary = self.path.with_name(f".{self.path.name}.{random_values.token_hex(4)}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(temporary, flags, 0o600), "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(self.path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise EncryptedFileError(f"{self.path}: cannot be written: {error.strerror}") from None

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Keeps two programs from writing at once, so that neither loses the other's value."""
        import fcntl

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise EncryptedFileError(f"{self.path}: cannot be written: {error.strerror}") from None
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)
