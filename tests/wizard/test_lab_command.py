"""`agentcore-auth lab` as it is run: in a process of its own, ended with ctrl+c."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from agentcore_auth.lab.practice import FAULTS
from agentcore_auth.lab.profile import PROFILE_NAME
from agentcore_auth.profile import Profile, load_profile, save_profile

COMMAND = (sys.executable, "-m", "agentcore_auth", "lab")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((*COMMAND, *arguments), capture_output=True, text=True, timeout=120)


@contextlib.contextmanager
def playing(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Starts the command and yields it with what it said until it was ready."""
    process = subprocess.Popen(
        (*COMMAND, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line.rstrip("\n"))
            if line.startswith("ctrl+c"):
                break
        yield process, said
    finally:
        process.kill()
        process.communicate()


def test_range_is_played_until_it_is_interrupted() -> None:
    with playing("--fault", "aud.okta_default") as (process, said):
        profile = load_profile(PROFILE_NAME)
        origin = profile.answers["page.origin"]
        shown = "\n".join(said)
        for wanted in (
            "https://practice.okta.example",
            profile.answers["gateway.url"],
            origin,
            f"aud.okta_default: {FAULTS['aud.okta_default'].summary}",
            "agentcore-auth doctor --profile lab",
        ):
            assert wanted in shown
        address = profile.routes["practice.okta.example"]
        answer = httpx.get(
            f"{address}/oauth2/default/v1/keys",
            headers={"Host": "practice.okta.example"},
            trust_env=False,
        )
        assert answer.status_code == 200
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors == ""
    lines = [line for line in rest.splitlines() if line]
    assert len(lines) == 1
    assert lines[0].startswith("200 ")
    assert lines[0].endswith("GET     practice.okta.example/oauth2/default/v1/keys")


@pytest.mark.parametrize("fault", [None, "aud.okta_default", "cors.origin_refused"])
def test_doctor_in_another_terminal_names_the_fault(fault: str | None) -> None:
    doctor = (sys.executable, "-m", "agentcore_auth", "doctor", "--profile", PROFILE_NAME)
    with playing(*(("--fault", fault) if fault else ())):
        result = subprocess.run(
            (*doctor, "--format", "json"), capture_output=True, text=True, timeout=120
        )
    assert result.stderr == ""
    findings = json.loads(result.stdout)["findings"]
    failures = [finding["code"] for finding in findings if finding["status"] == "fail"]
    assert failures[:1] == ([fault] if fault else [])
    assert result.returncode == (1 if fault else 0)


def test_what_a_client_sends_cannot_write_to_the_terminal() -> None:
    with playing() as (process, said):
        origin = next(line.split()[-1] for line in said if "test page" in line)
        port = int(origin.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(b"GET /\x1b[2J\xc2\x9b HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.makefile("rb").readline().split()[1] == b"404"
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert "\x1b" not in rest
    assert "<U+001B>[2J" in rest


def test_faults_are_listed() -> None:
    result = run("--list-faults")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [
        [code, fault.summary] for code, fault in FAULTS.items()
    ]


def test_unknown_fault_is_refused_with_the_list() -> None:
    result = run("--fault", "aud.okta")
    assert (result.returncode, result.stdout) == (2, "")
    assert "no fault aud.okta;" in result.stderr
    assert "aud.okta_default" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_taken_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("--port", port)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"port {port}" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [("--port", "0"), ("--port", "70000"), ("--port", "x"), ("--delay", "-1"), ("--delay", "1.5")],
)
def test_bad_numbers_are_refused(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert arguments[1] in result.stderr


def test_set_up_of_the_user_s_own_is_left_alone() -> None:
    own = Profile(PROFILE_NAME, "okta-agentcore", answers={"okta.domain": "acme.okta.com"})
    save_profile(own)
    result = run()
    assert result.returncode == 2
    assert "set-up of your own" in result.stderr
    assert load_profile(PROFILE_NAME) == own
