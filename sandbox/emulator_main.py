"""Run MiniStack in the emulator's own environment, closed to web pages.

By itself MiniStack saves its state only when it is stopped cleanly. Here it saves continuously, so that a killed
machine loses seconds of work and not the table. Its server here needs half of the CPU per request.

A file whose content changes while it is saved fails alone and keeps its previous state until the next round.
"""

import logging
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any

import uvicorn

sys.path.append(str(Path(__file__).resolve().parents[1]))  # started as a file, in an environment without the project

from sandbox.emulator_work import EmulatorWork
from sandbox.forked_worker import Forks
from sandbox.request_guard import RequestGuard

_EVERY_SECONDS = 5.0
_SHARE = 0.02
"""Largest share of the time that saving may take."""


def main() -> None:
    import hypercorn.asyncio  # not in the environment of the tests
    from ministack import app
    from ministack.core import lambda_runtime
    from ministack.services import sqs

    logging.getLogger("persistence").setLevel(logging.WARNING)
    keep(app, _EVERY_SECONDS)
    lambda_runtime.subprocess = Forks()
    passport = os.environ.pop("LOCAL_PASS")  # functions must not inherit it
    hypercorn.asyncio.serve = partial(serve, passport=passport, running=_running, queues=sqs._queues.to_dict)
    sys.exit(app.main())


def _running() -> int:
    from ministack.services import lambda_svc

    return sum([*lambda_svc._esm_inflight.values()])


async def serve(
    app: Any, config: Any, passport: str, running: Callable[[], int], queues: Callable[[], dict[Any, Any]]
) -> None:
    """Serve as hypercorn would with this configuration, until SIGTERM."""
    host, _, port = config.bind[0].rpartition(":")
    settings = uvicorn.Config(
        RequestGuard(EmulatorWork(app, running, queues), passport=passport),
        host,
        int(port),
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,  # MiniStack sends its own
        timeout_keep_alive=int(config.keep_alive_timeout),
        timeout_graceful_shutdown=int(config.graceful_timeout),
    )
    await uvicorn.Server(settings).serve()


def keep(app: Any, every: float) -> None:
    """Save the emulator's state repeatedly, starting after it has loaded its previous state.

    A save before that would overwrite the previous state with an empty one.
    """
    one_at_a_time, has_read = Lock(), Event()
    save, load = app.save_all, app._load_persisted_state

    def save_all(services: object) -> None:
        with one_at_a_time:
            save(services)

    def load_persisted_state() -> None:
        load()
        has_read.set()

    def again_and_again() -> None:
        has_read.wait()
        pause = every
        while True:
            sleep(pause)
            start = monotonic()
            save_all(app._build_persistence_save_dict())
            pause = max(every, (monotonic() - start) / _SHARE)

    app.save_all, app._load_persisted_state = save_all, load_persisted_state
    Thread(target=again_and_again, daemon=True).start()


if __name__ == "__main__":
    main()
