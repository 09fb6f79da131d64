"""Runs in the emulator's own environment: MiniStack, which by itself writes down what it knows only when it is stopped in
peace. Here it does so all the time, so that a killed machine costs seconds of work and not the table; and it is served by a
server that takes half of the CPU for a request.

What changes while it is written fails that one file, which then stays as it was until the next round.
"""

import logging
import sys
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any

import uvicorn

_EVERY_SECONDS = 5.0
_SHARE = 0.02
"""Of the time at most, however much there is to write."""


def main() -> None:
    import hypercorn.asyncio  # not in the environment of the tests
    from ministack import app

    logging.getLogger("persistence").setLevel(logging.WARNING)
    keep(app, _EVERY_SECONDS)
    hypercorn.asyncio.serve = serve
    sys.exit(app.main())


async def serve(app: Any, config: Any) -> None:
    """As hypercorn would with this configuration, until SIGTERM."""
    host, _, port = config.bind[0].rpartition(":")
    settings = uvicorn.Config(
        app,
        host,
        int(port),
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,  # MiniStack's own
        timeout_keep_alive=int(config.keep_alive_timeout),
        timeout_graceful_shutdown=int(config.graceful_timeout),
    )
    await uvicorn.Server(settings).serve()


def keep(app: Any, every: float) -> None:
    """Let the emulator write down what it knows, again and again, once it has read what it knew before: what is written
    earlier would be empty, and the end of it."""
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
