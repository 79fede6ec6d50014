"""Text in pieces while a model writes it on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Event, Thread, main_thread

from rag.generate.base import Decoding, Generation
from rag.generate.stop import settled
from rag.generate.tokens import TextCodec


class Cancelled(Event):
    """Set when the reader of a stream has gone, or when the program ends."""

    def is_set(self) -> bool:
        return super().is_set() or not main_thread().is_alive()


class Listener:
    """Takes tokens as they come, and the wish to stop from whoever reads the stream."""

    def __init__(self) -> None:
        self.events: SimpleQueue[int | Generation | BaseException] = SimpleQueue()
        self.cancelled = Cancelled()

    def hear(self, token: int) -> None:
        """Take the next token."""
        self.events.put(token)


def streamed(codec: TextCodec, run: Callable[[Listener], Generation], decoding: Decoding) -> Iterator[str]:
    """Yield what `run` writes as soon as later tokens cannot change it; closing the iterator stops it.

    `run` tells its listener each token, ends early once that is cancelled, and returns the whole generation. What it
    raises is raised where the stream is read.
    """
    listener = Listener()

    def work() -> None:
        try:
            listener.events.put(run(listener))
        except BaseException as error:
            listener.events.put(error)

    # Not a daemon: a model at work must come to its end before the interpreter does.
    worker = Thread(target=work, name="generate")
    worker.start()
    shown, tokens = "", list[int]()
    try:
        while not isinstance(event := listener.events.get(), Generation):
            if isinstance(event, BaseException):
                raise event
            tokens.append(event)
            safe = settled(codec.text(tokens), decoding.stop)
            if len(safe) > len(shown) and safe.startswith(shown):
                yield safe[len(shown) :]
                shown = safe
        if len(event.text) > len(shown):
            yield event.text[len(shown) :]
    finally:
        listener.cancelled.set()
        worker.join()
