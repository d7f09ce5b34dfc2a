"""Calls that may block for ever, given up after a time limit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")


async def within(seconds: float, call: Callable[[], Result]) -> Result:
    """Returns what `call` returns, run in a thread of its own.

    The thread is a daemon: unlike the default executor's, nobody waits for it when the program
    ends, so a call that never returns cannot hold up the exit.

    Raises:
        TimeoutError: it did not return in time. It runs on, unheard.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Result] = loop.create_future()

    def finish(result: Result) -> None:
        if not outcome.done():
            outcome.set_result(result)

    def fail(error: Exception) -> None:
        if not outcome.done():
            outcome.set_exception(error)

    def work() -> None:
        # A loop that was closed meanwhile has nobody left to tell.
        with suppress(RuntimeError):
            try:
                result = call()
            except Exception as error:
                loop.call_soon_threadsafe(fail, error)
            else:
                loop.call_soon_threadsafe(finish, result)

    threading.Thread(target=work, name="agentcore-auth keyring", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await outcome
