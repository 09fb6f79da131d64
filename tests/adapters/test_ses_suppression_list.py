"""SES's suppression list, against the stand-in."""

from pathlib import Path

from ripen.adapters.ses.suppression_list import SuppressionList
from tests.support.ses_server import serving


def test_an_address_is_taken_off_the_list(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        served.ses.put_suppressed_destination(EmailAddress="a@example.com", Reason="COMPLAINT")
        known = SuppressionList(served.ses)
        assert [known.reason(each) for each in ("a@example.com", "b@example.com")] == ["COMPLAINT", ""]
        known.remove("a@example.com")
        known.remove("a@example.com")
        assert known.reason("a@example.com") == ""
