"""Serve a stand-in from a thread of the runner's process, on 127.0.0.1 only, and not for pages of others."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import uvicorn

from sandbox.request_guard import RequestGuard

_PATIENCE_SECONDS = 15


class Server:
    def __init__(
        self,
        app: Any,
        port: int,
        tls: Path | None = None,
        listed: Callable[[], Collection[str]] | None = None,
    ) -> None:
        """Prepare the server.

        `tls` is a PEM file with certificate and key. `listed` returns the origins of other sites whose pages may send.
        """
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        config = uvicorn.Config(
            RequestGuard(app, listed),
            log_level="warning",
            access_log=False,
            ssl_certfile=tls,
            ssl_keyfile=tls,
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def start(self) -> None:
        """Start it and return when it answers requests."""
        self._thread.start()
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("a stand-in did not start; its log says why")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it; requests in progress are cut off after a second, without a log line."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()
