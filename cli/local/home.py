"""The folder of a local cloud: .local in the project, or the folder that RIPEN_LOCAL names."""

import fcntl
import json
import os
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = PROJECT / ".tools"
REGION = "ap-northeast-1"
STACK = "ripen"
_PORTS = {
    "api": 8700,
    "mailbox": 8701,
    "slack": 8702,
    "salesforce": 8703,
    "aws": 8704,
    "workspace": 8705,
    "console": 8706,
    "webhook": 8707,
}
_HERE = "127.0.0.1,localhost"
_PROXIES = {"http_proxy", "https_proxy", "all_proxy", "ftp_proxy"}
_RESERVED: dict[int, socket.socket] = {}
"""Ports that this process holds, each by a name: two clouds that start at once must not take the same."""


@dataclass(frozen=True)
class Home:
    folder: Path

    @classmethod
    def here(cls) -> "Home":
        return cls(Path(os.environ.get("RIPEN_LOCAL") or PROJECT / ".local").absolute())

    def at(self, *parts: str) -> Path:
        """Return a folder for one part of the cloud, and create it if it is not there. Only this user may enter it."""
        folder = self.folder.joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        return folder

    def log(self, name: str) -> Path:
        return self.at("logs") / f"{name}.log"

    def take(self) -> IO[str] | None:
        """Lock the folder for this process, as long as the returned file, or a copy that was passed on, is open.

        Return None while another process holds the lock.
        """
        file = (self.at() / "lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    def has_state(self) -> bool:
        """Return whether a cloud has been started here, and its data is kept."""
        return (self.folder / "aws").is_dir()

    def is_taken(self) -> bool:
        try:
            file = (self.folder / "lock").open()
        except FileNotFoundError:
            return False
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def ports(self) -> dict[str, int]:
        """Return the ports of the last start, so that links in old mails still work. Replace each that is taken."""
        kept = self.at() / "ports.json"
        wanted = _PORTS | (json.loads(kept.read_text()) if kept.exists() else {})
        ports = {name: _free(port) for name, port in wanted.items()}
        kept.write_text(json.dumps(ports))
        return ports


@dataclass(frozen=True, kw_only=True)
class LocalCloud:
    """A running local cloud, as `ripen status --json` prints it for scripts. All addresses are on 127.0.0.1."""

    pid: int
    ready: bool
    api: str
    mailbox: str
    slack: str
    salesforce: str
    aws: str
    console: str = ""
    webhook: str = ""
    ca: str
    """The file of the certificate authority that signs the stand-ins of Salesforce and of webhooks."""
    secrets: dict[str, str] = field(default_factory=dict)
    stack: dict[str, str] = field(default_factory=dict)
    """The stack's outputs, by name."""

    def write(self, home: Home) -> None:
        draft = home.at() / "status.json.draft"
        draft.write_text(json.dumps(asdict(self), indent=2))
        draft.chmod(0o600)
        draft.replace(home.folder / "status.json")

    @staticmethod
    def read(home: Home) -> "LocalCloud | None":
        """Return the cloud that runs in this folder, or None. The files of a killed cloud do not count."""
        try:
            status = LocalCloud(**json.loads((home.folder / "status.json").read_text()))
        except FileNotFoundError:
            return None
        return status if is_alive(status.pid) and home.is_taken() else None

    @staticmethod
    def forget(home: Home) -> None:
        (home.folder / "status.json").unlink(missing_ok=True)


def aws_environment(endpoint: str) -> dict[str, str]:
    """Return an environment in which AWS SDKs and tools talk to the emulator.

    It has nothing of the user's own account, and no proxy: the emulator is on this machine.
    """
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name.lower() not in _PROXIES
    }
    return clean | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def keep_files_private() -> None:
    """Let only this user read and write what this process, and those that it starts, create from now on."""
    os.umask(0o077)


def ask_this_machine_directly() -> None:
    """Use no proxy for this machine, in this process and in those that it starts."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), _HERE)))


def _free(port: int) -> int:
    for candidate in (port, 0, 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            found = int(probe.getsockname()[1])
            if _reserve(found):
                return found
    raise OSError("no free port on 127.0.0.1")


def _reserve(port: int) -> bool:
    """Reserve the port among all clouds of this machine. The name is not a file, and ends with this process."""
    if port in _RESERVED:
        return True
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0ripen-port-{port}")
    except OSError:
        name.close()
        return False
    _RESERVED[port] = name
    return True


def is_alive(pid: int) -> bool:
    """Return whether a process with this id runs, of any user."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
