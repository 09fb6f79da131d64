"""The local cloud starts with the playbook that was live; the folder counts only at the first start."""

from pathlib import Path

import boto3
import pytest

from cli.output import language
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Table
from ripen.failure import Failure
from ripen.operations.live_playbook import live_bundle_if_any
from sandbox.playbook import start_playbook
from tests.support.fakes import NOON
from tests.support.smallest_playbook import FILES

SITE, OTHER_SITE = "http://127.0.0.1:8700", "http://127.0.0.1:9000"
BROKEN = "when:\n  compnay: present\n"


class Cloud:
    """The table and the bucket of a local cloud, and the folder playbook/ beside it."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.folder = folder / "playbook"
        self._table = table
        self._s3 = boto3.client("s3")
        self._s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
        for name, text in FILES.items():
            self.write(name, text)

    @property
    def playbook(self) -> Playbook:
        return Playbook(self._table, "bucket", self._s3)

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def start(self, site: str = SITE) -> str:
        return start_playbook(self.folder, self._table, self.playbook, site, NOON)

    def live(self) -> str:
        bundle = live_bundle_if_any(self.playbook)
        return bundle.hash if bundle else ""


@pytest.fixture
def cloud(tmp_path: Path, table: Table) -> Cloud:
    return Cloud(tmp_path, table)


def test_first_start_publishes_the_folder_with_its_files(cloud: Cloud) -> None:
    assert cloud.start() == ""
    assert cloud.live()
    files = cloud.playbook.files(cloud.live())
    assert files == FILES


def test_later_start_keeps_what_was_live_and_names_what_differs(cloud: Cloud) -> None:
    # given a cloud that has been started once
    cloud.start()
    first = cloud.live()
    assert cloud.start() == ""

    # when files have changed meanwhile
    cloud.write("emails/m/email.yaml", "class: marketing\nsubject: Half a sent\n")
    assert "1 file differs from what is live: playbook/emails/m/email.yaml." in cloud.start()
    cloud.write("emails/t/en.txt", "Hello\n")
    notice = cloud.start()

    # then what was live runs
    assert "2 files differ from what is live: playbook/emails/m/email.yaml, playbook/emails/t/en.txt." in notice
    assert "ripen plan, then ripen publish" in notice
    assert cloud.live() == first


def test_later_start_with_a_mistake_in_the_folder_runs_what_was_live(cloud: Cloud) -> None:
    cloud.start()
    first = cloud.live()
    cloud.write("segments/s.yaml", BROKEN)
    notice = cloud.start()
    assert notice.startswith("playbook/segments/s.yaml:2 has a mistake: ")
    assert "What was live runs." in notice
    assert cloud.live() == first


def test_notices_are_in_japanese(cloud: Cloud) -> None:
    language.use("ja")
    cloud.start()
    cloud.write("emails/t/en.txt", "Hello\n")
    assert "公開中のものと異なるファイルが 1 件あります（playbook/emails/t/en.txt）" in cloud.start()
    cloud.write("segments/s.yaml", BROKEN)
    assert "playbook/segments/s.yaml:2 に誤りがあります" in cloud.start()


def test_first_start_with_a_mistake_names_file_and_line_and_works_once_it_is_corrected(cloud: Cloud) -> None:
    cloud.write("segments/s.yaml", BROKEN)
    with pytest.raises(Failure, match=r"playbook/segments/s\.yaml:2:") as failed:
        cloud.start()
    assert failed.value.next_step == "Correct the files, then run: make up"
    assert not cloud.live()
    cloud.write("segments/s.yaml", FILES["segments/s.yaml"])
    cloud.start()
    assert cloud.live()


def test_links_lead_to_the_address_of_this_start(cloud: Cloud) -> None:
    cloud.start()
    first = cloud.live()
    assert cloud.start(OTHER_SITE) == ""
    assert cloud.playbook.live().site == OTHER_SITE
    assert cloud.live() == first
