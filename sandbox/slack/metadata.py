"""Message metadata, which local-slack drops, kept as lines of one file over restarts."""

import json
from pathlib import Path
from typing import Any


class Metadata:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept: dict[tuple[str, str], Any] = {}
        for line in file.read_text().splitlines() if file.exists() else ():
            channel, ts, value = json.loads(line)
            self._kept[channel, ts] = value

    def keep(self, channel: str, ts: str, value: Any) -> None:
        self._kept[channel, ts] = value
        with self._file.open("a") as lines:
            lines.write(json.dumps([channel, ts, value]) + "\n")

    def of(self, channel: str, ts: str) -> Any:
        """Return the message's metadata, None if it has none."""
        return self._kept.get((channel, ts))
