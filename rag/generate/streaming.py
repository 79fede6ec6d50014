"""Streaming: yield the text in pieces while a thread generates it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import copy_context
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
    """Receives tokens as they are generated; `cancelled` is set once nobody reads the stream any more."""

    def __init__(self) -> None:
        self.events: SimpleQueue[int | Generation | BaseException] = SimpleQueue()
        self.cancelled = Cancelled()

    def hear(self, token: int) -> None:
        """Receive the next token."""
        self.events.put(token)


def stream_text(codec: TextCodec, run: Callable[[Listener], Generation], decoding: Decoding) -> Iterator[str]:
    """Yield text as soon as later tokens cannot change it; closing the iterator stops `run`.

    `run` passes each token to its listener, ends early once that is cancelled, and returns the whole generation. Its
    errors are raised where the stream is read.
    """
    listener = Listener()

    def work() -> None:
        try:
            listener.events.put(run(listener))
        except BaseException as error:
            listener.events.put(error)

    # Not a daemon: a model at work must come to its end before the interpreter does.
    worker = Thread(target=copy_context().run, args=(work,), name="generate")
    worker.start()
    sent, tokens = "", list[int]()
    try:
        while not isinstance(event := listener.events.get(), Generation):
            if isinstance(event, BaseException):
                raise event
            tokens.append(event)
            # Yield the part that later tokens cannot change.
            safe = settled(codec.text(tokens), decoding.stop)
            if len(safe) > len(sent) and safe.startswith(sent):
                yield safe[len(sent) :]
                sent = safe
        if len(event.text) > len(sent):
            yield event.text[len(sent) :]
    finally:
        listener.cancelled.set()
        worker.join()
