"""Child processes that end with their parent, however the parent ends."""

import shutil


def ends_with_parent(*command: str) -> list[str]:
    """Return the command wrapped so that Linux ends it (SIGTERM) when the thread that started it is gone.

    Start it from the main thread.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv else list(command)
