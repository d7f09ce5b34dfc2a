"""A program that uses the broker as the product does, driven line by line.

A backend is chosen from the environment once for a program, so each test has one of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TESTS = Path(__file__).parents[1]

_FIELD = "okta.m2m.client_secret"


class BrokerProcess:
    """A running program with one broker, for the profile `acme`.

    Its keyring may take a minute, so that a busy machine is not mistaken for a silent keyring.
    """

    def __init__(self, environment: Mapping[str, str], *, seconds: float = 60.0) -> None:
        path = [str(_TESTS), *filter(None, [environment.get("PYTHONPATH", "")])]
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(seconds)],
            env={**environment, "PYTHONPATH": ":".join(path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def state(self, *, again: bool = False) -> dict[str, str]:
        """Returns `code` of the finding (empty where the keyring serves), `fix` and `actual`."""
        return self._ask(action="state", again=again)

    def store(self, value: str, field: str = _FIELD) -> str:
        """Returns where the value is stored, or the code of the finding."""
        return str(self._ask(action="store", field=field, value=value)["result"])

    def get(self, field: str = _FIELD) -> str | None:
        """Returns a value."""
        value: str | None = self._ask(action="get", field=field)["result"]
        return value

    def delete(self, field: str = _FIELD) -> bool:
        """Returns whether nothing is left."""
        return bool(self._ask(action="delete", field=field)["result"])

    def places(self) -> dict[str, str]:
        """Returns what the profile would remember."""
        return dict(self._ask(action="places"))

    def end(self) -> int:
        """Lets the program end by itself, and returns its exit status."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait()

    def _ask(self, **question: object) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def broker_process(
    environment: Mapping[str, str], *, seconds: float = 60.0
) -> Iterator[BrokerProcess]:
    """Yields the program, and ends it."""
    program = BrokerProcess(environment, seconds=seconds)
    try:
        yield program
    finally:
        program.process.kill()
        program.process.wait()
        for stream in (program.process.stdin, program.process.stdout):
            assert stream is not None
            stream.close()


async def _serve(seconds: float) -> None:
    from agentcore_auth.secrets.broker import Broker

    broker = Broker("acme", seconds=seconds)
    for line in sys.stdin:
        answer = await _answer(broker, json.loads(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


async def _answer(broker: Any, question: dict[str, Any]) -> dict[str, Any]:
    from agentcore_auth.secrets.keepers import Refused
    from agentcore_auth_checks.text import Secret

    match question["action"]:
        case "state":
            return _described(await broker.state(again=question["again"]))
        case "store":
            outcome = await broker.store(question["field"], Secret(question["value"]))
            if isinstance(outcome, Refused):
                return {"result": _described(outcome.keyring)["code"]}
            return {"result": outcome.place}
        case "get":
            value = await broker.get(question["field"])
            return {"result": None if value is None else value.reveal()}
        case "delete":
            return {"result": await broker.delete(question["field"])}
        case _:
            return dict(broker.places())


def _described(state: Any) -> dict[str, str]:
    from agentcore_auth_checks.engine import judge
    from agentcore_auth_checks.facts.base import Facts
    from agentcore_auth_checks.rules.keyring import RULES

    finding = judge(Facts((state,)), RULES)[0]
    if not finding.is_failure:
        return {"code": "", "fix": "", "actual": "", "backend": state.backend}
    return {
        "code": finding.code,
        "fix": finding.fixes[0].text,
        "actual": str(finding.actual),
        "backend": state.backend,
    }


if __name__ == "__main__":
    import asyncio

    asyncio.run(_serve(float(sys.argv[1])))
