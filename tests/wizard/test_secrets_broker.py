"""The broker on backends that go wrong, and in the stores that are no keyring."""

from __future__ import annotations

import copy
import logging
import pickle
import threading
import traceback
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from rich.traceback import Traceback

from agentcore_auth.secrets.broker import SESSION_MEMORY, Broker
from agentcore_auth.secrets.encrypted_file import EncryptedFile
from agentcore_auth.secrets.keepers import ENCRYPTED_FILE, Refused, Stored
from agentcore_auth_checks.facts.keyring import KeyringState, KeyringTrouble
from agentcore_auth_checks.text import Secret
from agentcore_auth_templates.packs import Field
from servers import keyring_backends
from servers.keyring_backends import Hanging, Second, Sound

FIELD = "okta.m2m.client_secret"
LABEL = "Client secret"
LONG = 60.0
"""Seconds that no sound backend needs: a busy machine is not mistaken for a silent keyring."""

Use = Callable[[str], str]


@pytest.fixture(autouse=True)
def empty_backends() -> Iterator[None]:
    for kind in vars(keyring_backends).values():
        if isinstance(kind, type) and issubclass(kind, Sound):
            kind.values.clear()
    Hanging.released.clear()
    yield
    Hanging.released.set()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Makes a backend the one that the user names, and returns its full name."""

    def name(backend: str) -> str:
        full = backend if "." in backend else f"servers.keyring_backends.{backend}"
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", full)
        return full

    return name


def refusal(outcome: object) -> KeyringState:
    assert isinstance(outcome, Refused)
    assert outcome.keyring is not None
    return outcome.keyring


# --- a keyring that serves -----------------------------------------------------------------


async def test_a_value_goes_into_the_keyring_and_its_place_is_remembered(use: Use) -> None:
    place = use("Sound")
    broker = Broker("acme", seconds=LONG)
    assert await broker.store(FIELD, Secret("value one")) == Stored(place)
    assert broker.places() == {FIELD: place}
    assert Sound.values == {("agentcore-auth", f"acme/{FIELD}"): "value one"}


async def test_the_worthless_value_is_tried_once_and_removed(
    use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("Sound")
    written: list[str] = []
    write = Sound.set_password

    def record(self: Sound, service: str, username: str, password: str) -> None:
        written.append(username)
        write(self, service, username, password)

    monkeypatch.setattr(Sound, "set_password", record)
    broker = Broker("acme", seconds=LONG)
    await broker.store("a.secret", Secret("value one"))
    await broker.store("b.secret", Secret("value two"))
    assert (await broker.state()).trouble is None
    assert [name.partition("-")[0] for name in written] == [
        "canary",
        "acme/a.secret",
        "acme/b.secret",
    ]
    assert [name for _, name in Sound.values] == ["acme/a.secret", "acme/b.secret"]


async def test_profiles_do_not_see_each_other(use: Use) -> None:
    use("Sound")
    await Broker("acme", seconds=LONG).store(FIELD, Secret("value of acme"))
    assert await Broker("other", seconds=LONG).get(FIELD) is None


async def test_a_value_is_found_where_it_was_left_when_another_backend_serves_now(
    use: Use,
) -> None:
    place = use("Sound")
    first = Broker("acme", seconds=LONG)
    await first.store(FIELD, Secret("left in the first"))
    use("Second")
    later = Broker("acme", places=first.places(), seconds=LONG)
    assert await later.get(FIELD) == Secret("left in the first")
    assert await later.store("b.secret", Secret("to the second")) == Stored(
        "servers.keyring_backends.Second"
    )
    assert later.places() == {FIELD: place, "b.secret": "servers.keyring_backends.Second"}
    assert await later.delete(FIELD)
    assert Sound.values == {}
    assert [name for _, name in Second.values] == ["acme/b.secret"]


async def test_a_place_that_does_not_work_any_more_is_unknown_not_missing(use: Use) -> None:
    use("Sound")
    broker = Broker("acme", places={FIELD: "gone.package.Keyring"}, seconds=LONG)
    state = await broker.secret_state(FIELD, LABEL)
    assert state.stored is None
    assert state.place == "gone.package.Keyring"
    assert not await broker.delete(FIELD)
    assert broker.places() == {FIELD: "gone.package.Keyring"}


async def test_deleting_twice_leaves_nothing_and_complains_of_nothing(use: Use) -> None:
    use("Sound")
    broker = Broker("acme", seconds=LONG)
    await broker.store(FIELD, Secret("value one"))
    assert await broker.delete(FIELD)
    assert await broker.delete(FIELD)
    assert await broker.get(FIELD) is None
    assert broker.kept() == frozenset()


async def test_states_tell_what_is_kept_and_where_without_the_value(use: Use) -> None:
    place = use("Sound")
    await Broker("acme", seconds=LONG).store("a.secret", Secret("value one"))
    fields = [
        Field(id="a.secret", label="A", help="", example="", secret=True),
        Field(id="b.secret", label="B", help="", example="", secret=True, optional=True),
    ]
    a, b = await Broker("acme", seconds=LONG).states(fields)
    assert (a.field, a.label, a.stored, a.place, a.optional) == (
        "a.secret",
        "A",
        True,
        place,
        False,
    )
    assert (b.field, b.stored, b.place, b.optional) == ("b.secret", False, "", True)
    assert "value one" not in repr(a)


# --- a keyring that goes wrong -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("Forgetful", KeyringTrouble.WRITE_LOST),
        ("Garbling", KeyringTrouble.WRITE_LOST),
        ("Unrecommended", KeyringTrouble.INSECURE_BACKEND),
        ("PlaintextKeyring", KeyringTrouble.INSECURE_BACKEND),
        ("Leaving", KeyringTrouble.ABSENT),
        ("NoSuchClass", KeyringTrouble.ABSENT),
        ("no.such.module.Keyring", KeyringTrouble.ABSENT),
        ("keyring.backends.null.Keyring", KeyringTrouble.INSECURE_BACKEND),
        ("keyring.backends.fail.Keyring", KeyringTrouble.ABSENT),
    ],
)
async def test_a_backend_that_cannot_serve_is_refused_and_the_value_is_kept_in_memory(
    use: Use, name: str, trouble: KeyringTrouble
) -> None:
    use(name)
    broker = Broker("acme", seconds=LONG)
    assert (await broker.state()).trouble is trouble
    assert refusal(await broker.store(FIELD, Secret("not lost"))).trouble is trouble
    assert await broker.get(FIELD) == Secret("not lost")
    assert broker.places() == {}
    state = await broker.secret_state(FIELD, LABEL)
    assert (state.stored, state.place) == (True, SESSION_MEMORY)
    assert "not lost" not in str(keyring_backends.PlaintextKeyring.values)


async def test_null_and_plain_text_backends_say_which_they_are(use: Use) -> None:
    use("keyring.backends.null.Keyring")
    assert "keeps none" in str((await Broker("acme", seconds=LONG).state()).detail)
    use("PlaintextKeyring")
    assert "can read" in str((await Broker("acme", seconds=LONG).state()).detail)
    use("Unrecommended")
    assert "priority 0.5" in str((await Broker("acme", seconds=LONG).state()).detail)


def test_a_chain_of_backends_is_not_used_as_one(use: Use) -> None:
    # The chain would pass a value on to a plain-text backend behind the first one.
    from agentcore_auth.secrets.backends import chosen_backend, name_of

    use("keyring.backends.chainer.ChainerBackend")
    chosen = chosen_backend()
    assert isinstance(chosen, KeyringState) or "chainer" not in name_of(chosen)


async def test_a_refused_new_value_does_not_give_back_the_old_one(use: Use) -> None:
    use("Sound")
    broker = Broker("acme", seconds=LONG)
    await broker.store(FIELD, Secret("the old value"))
    use("Forgetful")
    newer = Broker("acme", places=broker.places(), seconds=LONG)
    await newer.store(FIELD, Secret("the new value"))
    assert await newer.get(FIELD) == Secret("the new value")
    assert (await newer.secret_state(FIELD, LABEL)).place == SESSION_MEMORY


async def test_a_hanging_keyring_is_given_up_and_not_asked_again_unbidden(use: Use) -> None:
    use("Hanging")
    before = set(threading.enumerate())
    broker = Broker("acme", seconds=0.05)
    assert (await broker.state()).trouble is KeyringTrouble.HANGS
    for number in range(5):
        given = Secret(f"value {number}")
        assert refusal(await broker.store(FIELD, given)).trouble is KeyringTrouble.HANGS
        assert await broker.get(FIELD) == given
        assert (await broker.secret_state("other", LABEL)).stored is None
    (left,) = set(threading.enumerate()) - before
    assert left.daemon


async def test_a_keyring_that_hung_serves_once_it_answers(use: Use) -> None:
    place = use("Hanging")
    assert (await Broker("acme", seconds=0.05).state()).trouble is KeyringTrouble.HANGS
    Hanging.released.set()
    broker = Broker("acme", seconds=LONG)
    assert (await broker.state(again=True)).trouble is None
    assert await broker.store(FIELD, Secret("value one")) == Stored(place)


async def test_a_write_that_was_given_up_never_overtakes_a_newer_one(use: Use) -> None:
    from agentcore_auth.secrets.deadline import within
    from agentcore_auth.secrets.system_keyring import SystemKeyring

    use("Hanging")
    shared = SystemKeyring()
    with pytest.raises(TimeoutError):
        await within(0.05, lambda: shared.put("acme/x", Secret("older")))
    with pytest.raises(TimeoutError):
        await within(0.05, lambda: shared.put("acme/x", Secret("newer")))
    Hanging.released.set()
    assert await within(LONG, lambda: shared.get("acme/x", "")) == Secret("newer")


async def test_a_cancelled_call_leaves_the_broker_usable(use: Use) -> None:
    import asyncio

    use("Hanging")
    broker = Broker("acme", seconds=LONG)
    waiting = asyncio.ensure_future(broker.state())
    while not any(t.name == "agentcore-auth keyring" for t in threading.enumerate()):
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    Hanging.released.set()
    assert (await broker.state()).trouble is None


# --- the other stores ----------------------------------------------------------------------


async def test_session_memory_asks_no_keyring_and_is_not_remembered(use: Use) -> None:
    use("Leaving")
    broker = Broker("acme", store="session")
    assert await broker.store(FIELD, Secret("for now")) == Stored(SESSION_MEMORY)
    assert await broker.get(FIELD) == Secret("for now")
    assert (await broker.secret_state("other", LABEL)).stored is False
    assert broker.places() == {}
    assert broker.kept() == {FIELD}
    assert not broker.uses_keyring
    assert await broker.delete(FIELD)
    assert await broker.get(FIELD) is None


async def test_the_encrypted_file_serves_where_it_is_asked_for(use: Use, tmp_path: Path) -> None:
    use("Leaving")
    path = tmp_path / "acme.sealed"
    broker = Broker("acme", store="file", encrypted_file=EncryptedFile(path, Secret("pass")))
    assert await broker.store(FIELD, Secret("in the file")) == Stored(ENCRYPTED_FILE)
    assert not broker.uses_keyring
    later = Broker(
        "acme", places=broker.places(), encrypted_file=EncryptedFile(path, Secret("pass"))
    )
    assert await later.get(FIELD) == Secret("in the file")
    assert await later.delete(FIELD)
    assert later.places() == {}


async def test_an_encrypted_file_that_is_not_open_is_unknown_not_missing(use: Use) -> None:
    use("Sound")
    broker = Broker("acme", places={FIELD: ENCRYPTED_FILE})
    assert (await broker.secret_state(FIELD, LABEL)).stored is None
    assert await broker.get(FIELD) is None
    assert not await broker.delete(FIELD)
    closed = Broker("acme", store="file")
    assert isinstance(await closed.store(FIELD, Secret("not lost")), Refused)
    assert await closed.get(FIELD) == Secret("not lost")


async def test_a_wrong_passphrase_refuses_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "acme.sealed"
    right = Broker("acme", store="file", encrypted_file=EncryptedFile(path, Secret("right")))
    await right.store(FIELD, Secret("kept"))
    wrong = Broker("acme", store="file", encrypted_file=EncryptedFile(path, Secret("wrong")))
    outcome = await wrong.store(FIELD, Secret("given"))
    assert isinstance(outcome, Refused)
    assert "passphrase" in outcome.reason
    assert await wrong.get(FIELD) == Secret("given")
    again = Broker("acme", store="file", encrypted_file=EncryptedFile(path, Secret("right")))
    assert await again.get(FIELD) == Secret("kept")


# --- nothing shows a value -----------------------------------------------------------------


SENTINEL = "Sentinel-4f1d9c-never-shown"


async def test_no_printed_form_of_anything_holds_a_value(use: Use, tmp_path: Path) -> None:
    use("Sound")
    file = EncryptedFile(tmp_path / "acme.sealed", Secret(SENTINEL))
    broker = Broker("acme", seconds=LONG, encrypted_file=file)
    stored = await broker.store(FIELD, Secret(SENTINEL))
    use("Telltale")
    refused = await Broker("acme", seconds=LONG).store(FIELD, Secret(SENTINEL))
    state = await broker.secret_state(FIELD, LABEL)
    printed = StringIO()
    handler = logging.StreamHandler(printed)
    logger = logging.getLogger("test of secrets")
    logger.addHandler(handler)
    for thing in (broker, file, stored, refused, state, await broker.get(FIELD)):
        logger.warning("%s %r", thing, thing)
        printed.write(f"{thing} {thing!r} {thing:>10}\n" if isinstance(thing, Secret) else "")
    logger.removeHandler(handler)
    assert SENTINEL not in printed.getvalue()
    assert Secret.MASK in printed.getvalue()


async def test_a_backend_that_quotes_the_value_in_its_error_is_not_repeated(use: Use) -> None:
    use("Telltale")
    state = refusal(await Broker("acme", seconds=LONG).store(FIELD, Secret(SENTINEL)))
    assert state.detail.raw == f"RuntimeError: cannot store {Secret.MASK}"


@pytest.mark.parametrize("name", ["Sound", "Telltale", "Leaving", "Forgetful", "Hanging"])
async def test_no_traceback_holds_a_value_locals_included(use: Use, name: str) -> None:
    use(name)
    broker = Broker("acme", seconds=0.05 if name == "Hanging" else LONG)
    given = Secret(SENTINEL)
    outcome = await broker.store(FIELD, given)
    back = await broker.get(FIELD)
    try:
        raise RuntimeError(f"after {outcome} {back}")
    except RuntimeError as error:
        with_locals = traceback.TracebackException.from_exception(error, capture_locals=True)
        plain = "".join(with_locals.format())
        console = Console(file=StringIO(), width=200)
        trace = error.__traceback__
        console.print(Traceback.from_exception(RuntimeError, error, trace, show_locals=True))
    assert isinstance(console.file, StringIO)
    rich = console.file.getvalue()
    assert "given" in plain
    assert "given" in rich
    assert SENTINEL not in plain
    assert SENTINEL not in rich


async def test_what_holds_a_value_is_neither_pickled_nor_copied(use: Use) -> None:
    use("Sound")
    broker = Broker("acme", seconds=LONG)
    await broker.store(FIELD, Secret(SENTINEL))
    for thing in (broker, await broker.get(FIELD)):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
        with pytest.raises(TypeError):
            copy.deepcopy(thing)
