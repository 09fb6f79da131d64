"""People who fill in the form in these tests, each with an address and a name of their own."""

from secrets import token_hex

A_BROWSER = {
    "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
    "accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "sec-fetch-mode": "navigate",
}
"""The headers of a person's browser. A request for a link without them counts as a machine's."""


def a_director(**changes: str) -> dict[str, str]:
    """Return the best fit: one form makes it warm, and a click in a mail then hot."""
    mark = token_hex(3)
    return {
        "email": f"hanako-{mark}@sample-shoji.example.jp",
        "last_name": f"山田{mark}",
        "first_name": "花子",
        "company": "株式会社サンプル商事",
        "department": "情報システム部",
        "job_title": "部長",
        "phone": "03-1234-5678",
    } | changes


def an_address(at: str = "sample-shoji.example.jp") -> str:
    return f"taro-{token_hex(3)}@{at}"
