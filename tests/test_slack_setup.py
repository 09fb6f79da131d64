"""The guide docs/slack-setup.md: the manifest that it prints, and the scopes that it explains."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sandbox.slack.scopes import granted

PROJECT = Path(__file__).parents[1]
GUIDES = [PROJECT / "docs" / name for name in ("slack-setup.md", "slack-setup.ja.md")]
API_URL = "https://abc123.execute-api.ap-northeast-1.amazonaws.com"
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def printed(guide: Path) -> list[dict[str, Any]]:
    """Return the manifests that the commands of the guide print: for a workspace, and for an organisation."""
    commands = _SHELL.findall(guide.read_text())
    run = [subprocess.run(["bash", "-c", each], cwd=PROJECT, capture_output=True, check=True) for each in commands]
    return [YAML(typ="safe").load(each.stdout) for each in run]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_printed_manifest_sends_everything_to_our_function(guide: Path) -> None:
    for manifest in printed(guide):
        addresses = [
            manifest["features"]["slash_commands"][0]["url"],
            manifest["settings"]["interactivity"]["request_url"],
        ]
        assert addresses == [f"{API_URL}/slack"] * 2
        assert "API_URL" not in str(manifest)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_second_manifest_is_for_a_whole_organisation(guide: Path) -> None:
    settings = [manifest["settings"] for manifest in printed(guide)]

    assert [each["org_deploy_enabled"] for each in settings] == [False, True]
    assert not any(each["token_rotation_enabled"] or each["socket_mode_enabled"] for each in settings)


def test_printed_manifest_is_within_the_limits_of_slack() -> None:
    shown = printed(GUIDES[0])[0]["display_information"]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch("#[0-9a-f]{6}", shown["background_color"])


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_guide_explains_each_scope_of_the_manifest(guide: Path) -> None:
    rows = [line.split("|")[1] for line in guide.read_text().splitlines() if line.startswith("| `")]
    explained = {scope for row in rows for scope in re.findall(r"`([a-z:.]+)`", row)}

    assert explained == granted()
