"""The encrypted file: what it keeps, what it refuses, and what lies on the disk."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentcore_auth.secrets.encrypted_file import (
    EncryptedFile,
    EncryptedFileError,
    encrypted_file_path,
)
from agentcore_auth_checks.text import Secret

PASSPHRASE = "correct horse battery staple"
VALUE = "Sentinel-77aa01-in-the-file"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets" / "acme.sealed"


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def opened(path: Path, passphrase: str = PASSPHRASE) -> EncryptedFile:
    return EncryptedFile(path, Secret(passphrase))


def test_values_are_there_for_whoever_knows_the_passphrase(path: Path) -> None:
    file = opened(path)
    file.put("a.secret", Secret(VALUE))
    file.put("b.secret", Secret("zweiter Wert: ä\n\N{KEY}"))
    again = opened(path)
    assert again.get("a.secret") == Secret(VALUE)
    assert again.get("b.secret") == Secret("zweiter Wert: ä\n\N{KEY}")
    assert again.get("c.secret") is None
    again.remove("a.secret")
    again.remove("c.secret")
    assert opened(path).get("a.secret") is None
    assert opened(path).get("b.secret") is not None


def test_a_file_that_does_not_exist_holds_nothing_and_is_not_made(path: Path) -> None:
    file = opened(path)
    file.check()
    assert file.get("a.secret") is None
    assert not path.exists()


@pytest.mark.usefixtures("open_umask")
def test_nothing_readable_reaches_the_disk_and_only_the_owner_may_read(path: Path) -> None:
    opened(path).put("a.secret", Secret(VALUE))
    (written,) = path.parent.iterdir()
    assert written == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    content = path.read_bytes()
    assert VALUE.encode() not in content
    assert PASSPHRASE.encode() not in content
    assert b"a.secret" not in content


def test_the_same_value_is_never_written_twice_in_the_same_way(path: Path) -> None:
    file = opened(path)
    file.put("a.secret", Secret(VALUE))
    first = path.read_bytes()
    file.put("a.secret", Secret(VALUE))
    assert path.read_bytes() != first


def test_another_passphrase_opens_nothing_and_changes_nothing(path: Path) -> None:
    opened(path).put("a.secret", Secret(VALUE))
    before = path.read_bytes()
    wrong = opened(path, "another one")
    with pytest.raises(EncryptedFileError, match="passphrase is another one"):
        wrong.get("a.secret")
    with pytest.raises(EncryptedFileError, match="passphrase is another one"):
        wrong.put("b.secret", Secret("x"))
    with pytest.raises(EncryptedFileError, match="passphrase is another one"):
        wrong.check()
    assert path.read_bytes() == before


def test_every_changed_byte_is_noticed(path: Path) -> None:
    file = opened(path)
    file.put("a.secret", Secret(VALUE))
    good = path.read_bytes()
    for position in range(0, len(good), 7):
        changed = bytearray(good)
        changed[position] ^= 1
        path.write_bytes(bytes(changed))
        try:
            found = file.get("a.secret")
        except EncryptedFileError:
            continue
        # Only the unused bits at the end of a base64 text carry nothing.
        assert found == Secret(VALUE)
        assert good[position + 1 : position + 2] in (b'"', b"=")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"not JSON",
        b'{"header":{"schema":2,"salt":"","nonce":""},"sealed":""}',
        b'{"header":{"schema":1,"salt":"","nonce":""},"sealed":""}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_such_file_is_refused_by_name(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(EncryptedFileError, match=str(path)):
        opened(path).get("a.secret")
    assert path.read_bytes() == content


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    opened(target).put("a.secret", Secret(VALUE))
    before = target.read_bytes()
    path.parent.mkdir()
    path.symlink_to(target)
    with pytest.raises(EncryptedFileError, match="link"):
        opened(path).get("a.secret")
    with pytest.raises(EncryptedFileError, match="link"):
        opened(path).put("b.secret", Secret("x"))
    assert target.read_bytes() == before


def test_a_pipe_or_a_folder_in_its_place_is_refused_at_once(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    with pytest.raises(EncryptedFileError):
        opened(path).get("a.secret")
    path.unlink()
    path.mkdir()
    with pytest.raises(EncryptedFileError):
        opened(path).put("a.secret", Secret(VALUE))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(EncryptedFileError, match="cannot be written"):
        opened(tmp_path / "file" / "acme.sealed").put("a.secret", Secret(VALUE))


def test_a_crash_while_writing_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = opened(path)
    file.put("a.secret", Secret(VALUE))
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EncryptedFileError, match="No space left on device"):
        file.put("b.secret", Secret("x"))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_value_that_the_disk_loses_is_not_called_stored(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(written: Path, target: Path) -> Path:
        written.unlink()
        return target

    monkeypatch.setattr(Path, "replace", lose)
    with pytest.raises(EncryptedFileError, match="does not read back"):
        opened(path).put("a.secret", Secret(VALUE))


def test_two_writers_at_once_lose_nothing(path: Path) -> None:
    files = [opened(path), opened(path)]

    def write(number: int) -> None:
        for count in range(5):
            files[number].put(f"{number}.{count}", Secret(f"value {number}.{count}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = opened(path)
    for number in range(2):
        for count in range(5):
            assert kept.get(f"{number}.{count}") == Secret(f"value {number}.{count}")


def test_each_profile_has_a_file_of_its_own_among_the_state(isolated_home: Path) -> None:
    acme, other = encrypted_file_path("acme"), encrypted_file_path("other")
    assert acme != other
    assert acme.is_relative_to(isolated_home)
