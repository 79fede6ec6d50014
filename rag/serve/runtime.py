"""What a server runs on: its stores, the models that they share, the queue of questions and the jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio

from ingest.closing import Closing
from ingest.errors import ConfigError
from ingest.models.threads import usable_cores
from rag.config import Config
from rag.models import Models
from rag.serve.answer_queue import AnswerQueue
from rag.serve.intake import Upload
from rag.serve.jobs import Job, Jobs
from rag.serve.keys import LOCAL, KeyFile, Principal
from rag.serve.metrics import Metrics
from rag.serve.problems import Problem
from rag.serve.settings import ServeSettings
from rag.serve.shelf import Shelf

DEFAULT_STORE = "default"

MOST_SEARCHES = 4
"""Searches that run at the same time at most. More of them wait for Python's lock, and for each other's caches."""


def new_search_limit() -> anyio.CapacityLimiter:
    """Return the limit of searches at the same time, one for each core: others wait in the order they came."""
    return anyio.CapacityLimiter(min(usable_cores(), MOST_SEARCHES))


@dataclass
class Runtime(Closing):
    """The parts of a server, made once."""

    shelves: Mapping[str, Shelf]
    settings: ServeSettings
    keys: KeyFile | None
    models: Models
    queue: AnswerQueue
    jobs: Jobs = field(default_factory=Jobs)
    metrics: Metrics = field(default_factory=Metrics)
    searches: anyio.CapacityLimiter = field(default_factory=new_search_limit)

    @classmethod
    def of(
        cls, stores: Mapping[str, Config], settings: ServeSettings | None = None, keys: KeyFile | None = None
    ) -> Runtime:
        """Make the parts for these configurations, by the names of their stores. Models are loaded at the first use."""
        chosen, models = settings or ServeSettings(), Models()
        shelves = {name: Shelf(name, config.with_models(models)) for name, config in stores.items()}
        metrics = Metrics()
        # Half of the time that a request may take: questions differ, and what the machine does beside them.
        queue = AnswerQueue(chosen.queue, chosen.batch, metrics, patience=chosen.timeout / 2)
        return cls(shelves, chosen, keys, models, queue, metrics=metrics)

    def check_address(self) -> None:
        """Raise ConfigError for an address that others reach without keys."""
        if self.keys is None and not self.settings.is_local:
            raise ConfigError(
                f"{self.settings.host} is reached from other machines: make a key with `rag keys make`, and give "
                "--keys FILE, or listen on 127.0.0.1"
            )

    def shelf(self, name: str | None, principal: Principal) -> Shelf:
        """Return a store that somebody may see: the one named, else the only one or the default one."""
        visible = [one for one in self.shelves if principal.sees(one)]
        chosen = name or (visible[0] if len(visible) == 1 else DEFAULT_STORE)
        if chosen not in visible:  # one that is hidden looks like one that is not there
            raise Problem(
                404, "no-store", f"there is no store {chosen!r}: this key sees {', '.join(visible) or 'none'}"
            )
        return self.shelves[chosen]

    def principal(self, authorization: str | None) -> Principal:
        """Return who a request is from. Raises Problem 401 for a missing, unknown or revoked key."""
        if self.keys is None:
            return LOCAL
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.casefold() != "bearer" or not token.strip():
            raise Problem(401, "no-key", "this server needs a key: Authorization: Bearer KEY")
        found = self.keys.find(token.strip())
        if found is None:
            raise Problem(401, "unknown-key", "this key is unknown or revoked")
        return found

    def start_intake(self, shelf: Shelf, upload: Upload) -> Job:
        """Start the job that takes an upload into its store."""
        return self.jobs.start(
            Job(
                lambda: shelf.intake.take_in(upload), len(upload.names), shelf.name, upload.id,
                on_end=lambda: shelf.intake.drop(upload),
            )
        )  # fmt: skip

    def resume(self) -> int:
        """Take up the uploads that a server which is gone did not take in; return the number that others take in."""
        for shelf in self.shelves.values():
            for upload in shelf.intake.unfinished():
                self.start_intake(shelf, upload)
        return sum(shelf.intake.elsewhere for shelf in self.shelves.values())

    def warm(self) -> None:
        """Load what the first question would wait for."""
        for shelf in self.shelves.values():
            shelf.pipeline().ask("What is this about?")

    def close(self) -> None:
        """Answer what waits, end the jobs, close stores and models."""
        self.queue.close()
        self.jobs.close()
        for shelf in self.shelves.values():
            shelf.close()
        self.models.close()
