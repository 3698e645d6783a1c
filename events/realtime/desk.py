"""A thread that looks things up in the database for the event loop, one at a time, on a connection of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import Error, connections

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Desk:
    """``await desk.ask(function, …)`` runs the function in the thread."""

    def __init__(self, name: str) -> None:
        """Name the thread, which starts with the first question."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    def ask(
        self, question: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs
    ) -> "asyncio.Future[Answer]":
        """Return what the function returns, in its turn."""
        return asyncio.get_running_loop().run_in_executor(self._thread, lambda: _answer(question, *args, **kwargs))

    def close(self) -> None:
        """Close the connection after the last question."""
        self._thread.submit(connections.close_all)
        self._thread.shutdown(wait=False)


def _answer(question: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
    try:
        return question(*args, **kwargs)
    except Error:
        connections.close_all()  # the next question tries a new one
        raise
