"""Processes that end with the one that started them, however that one ends."""

import shutil


def tied(*command: str) -> list[str]:
    """The command, to be started from the main thread; Linux ends it (SIGTERM) when that thread is gone, killed or not."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv else list(command)
