"""Rate limits: a bucket of tokens for each key, which fills again through the minute."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from rag.serve.keys import Principal


class Rates:
    """How many requests each key has left (a token bucket). `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, principal: Principal) -> int:
        """Count a request and return 0, or, for one too many, the seconds until the next one may come."""
        if not principal.rate:
            return 0
        per_second = principal.rate / 60
        with self._lock:
            now = self._clock()
            left, since = self._left.get(principal.id, (float(principal.rate), now))
            left = min(principal.rate, left + (now - since) * per_second)
            is_allowed = left >= 1
            self._left[principal.id] = left - is_allowed, now
        return 0 if is_allowed else math.ceil((1 - left) / per_second)
