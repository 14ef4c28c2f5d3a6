"""What a server sends, counted on its way out: every answer with its path, its head and its body as they go over the wire."""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

App = Callable[..., Iterable[bytes]]


@dataclass
class Sent:
    """(path, bytes) of every answer so far."""

    answers: list[tuple[str, int]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, app: App) -> App:
        """The application with its answers counted."""
        def counted(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            head = 0

            def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                nonlocal head
                head = len(status) + sum(len(name) + len(value) + 4 for name, value in headers)
                return start(status, headers, *more)

            body = app(environ, started)
            return _Counted(body, lambda n: self.add(environ["PATH_INFO"], head + n))
        return counted

    def add(self, path: str, n: int) -> None:
        with self.lock:
            self.answers.append((path, n))

    def total(self) -> int:
        with self.lock:
            return sum(n for _, n in self.answers)

    def paths(self) -> list[str]:
        with self.lock:
            return [path for path, _ in self.answers]

    def forget(self) -> None:
        with self.lock:
            self.answers.clear()


class _Counted:
    def __init__(self, body: Iterable[bytes], done: Callable[[int], None]) -> None:
        self.body, self.done, self.n = body, done, 0

    def __iter__(self) -> Iterator[bytes]:
        for part in self.body:
            self.n += len(part)
            yield part

    def close(self) -> None:
        self.done(self.n)
        if hasattr(self.body, "close"):
            self.body.close()
