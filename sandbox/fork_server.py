"""A process that has imported the libraries, and forks for each worker of a function: `python fork_server.py FOLDER…`.

The folders are the site-packages of the layers. A worker's start is mostly the import of boto3, the other libraries
and ripen; a forked worker has them. No module that is imported here may keep what it read in the environment, which
is the worker's own: so no function is imported, and no client is created.

For each worker, standard input, a socket, carries a byte and four file descriptors: the worker's standard input,
output and error, and a socket. By that the worker is told its script, folder and environment (a line of JSON), and
tells its process id. It stays open as long as the worker lives.

Only the standard library is used until the folders are known: the emulator's environment has no other.
"""

import gc
import json
import os
import pkgutil
import runpy
import signal
import site
import socket
import sys
from importlib import import_module

LATE = ("email_validator", "phonenumbers.data.region_JP", "simple_salesforce", "slack_bolt")
"""Libraries that modules of ripen import only when they need them."""


def main(folders: list[str]) -> None:
    control, path = socket.socket(fileno=os.dup(0)), [*sys.path]
    for folder in folders:
        site.addsitedir(folder)
    sys.path[:] = sys.path[len(path) :] + path  # the layers come first, as in a worker
    for name in LATE:
        import_module(name)
    for found in pkgutil.walk_packages(import_module("ripen").__path__, "ripen."):
        import_module(found.name)
    sys.path[:] = path  # a worker adds the folders of its own layers
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no worker stays a zombie
    gc.freeze()  # the collector would copy the shared memory
    if script := _script_of_a_worker(control):
        runpy.run_path(script, run_name="__main__")


def _script_of_a_worker(control: socket.socket) -> str:
    """Return in each worker the script to run; in the server "", when nobody can ask for workers any more."""
    while True:
        byte, streams, *_ = socket.recv_fds(control, 1, 4)
        if not byte:
            return ""
        if not os.fork():
            control.close()
            return _become_worker(streams)
        for stream in streams:
            os.close(stream)


def _become_worker(streams: list[int]) -> str:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *standard, life = streams
    for number, stream in enumerate(standard):
        os.dup2(stream, number)
        os.close(stream)
    with socket.socket(fileno=os.dup(life)) as line:
        asked = json.loads(line.makefile("r").readline())
        line.sendall(f"{os.getpid()}\n".encode())
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    return str(asked["script"])


if __name__ == "__main__":
    main(sys.argv[1:])
