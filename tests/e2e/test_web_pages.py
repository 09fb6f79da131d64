"""A running local cloud is closed to web pages of others, on every port, and its files to other users."""

from typing import Any

import httpx
import pytest

from tests.support.local_cloud import RunningCloud

PARTS = ["api", "mailbox", "slack", "salesforce", "aws", "console", "webhook"]


@pytest.mark.parametrize("part", PARTS)
def test_pages_of_others_get_nothing(cloud: RunningCloud, part: str) -> None:
    address = cloud.status[part]
    assert asked(cloud, address) != 403

    for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert asked(cloud, address, headers=headers) == 403, headers


def test_slacks_own_page_is_closed_too(cloud: RunningCloud) -> None:
    workspace = httpx.get(f"{cloud.status['slack']}/").headers["location"]
    assert asked(cloud, workspace, "GET") == 200
    assert asked(cloud, workspace, "GET", headers={"host": "evil.example"}) == 403


def test_no_file_of_the_cloud_is_readable_by_others(cloud: RunningCloud) -> None:
    files = [path for path in cloud.folder.rglob("*") if cloud.folder / "calls" not in (path, *path.parents)]
    assert [str(path) for path in files if not path.is_symlink() and path.stat().st_mode & 0o077] == []
    assert cloud.folder.stat().st_mode & 0o777 == 0o700


def asked(cloud: RunningCloud, address: str, method: str = "POST", **sent: Any) -> int:
    """Return the status of the answer to a request."""
    return httpx.request(method, address, verify=cloud.trust, timeout=60, **sent).status_code
