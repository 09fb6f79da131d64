"""The start of the local cloud speaks the language of the environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.local.home import PROJECT, Home, LocalCloud

NOWHERE = "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("language", "running", "page"),
    [
        ("en", "The local cloud is already running.", "Landing page"),
        ("ja", "ローカルクラウドはすでに起動しています。", "コンソール"),
    ],
)
def test_addresses_of_a_running_cloud_are_in_the_language(
    language: str, running: str, page: str, tmp_path: Path
) -> None:
    # given a cloud that is ready and has the folder
    home = Home(tmp_path)
    cloud = LocalCloud(
        pid=os.getpid(), ready=True, api=NOWHERE, mailbox=NOWHERE, slack=NOWHERE, salesforce=NOWHERE, aws=NOWHERE, ca=""
    )
    cloud.write(home)
    lock = home.take()
    assert lock
    # when it is started again
    environment = dict(os.environ) | {"RIPEN_LOCAL": str(tmp_path), "LANGUAGE": language}
    command = [sys.executable, "-m", "sandbox", "--detach"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    lock.close()
    # then
    assert done.returncode == 0, done.stderr
    assert running in done.stdout
    assert page in done.stdout
