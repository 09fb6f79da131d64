"""People who fill in the form in these tests, each with an address and a name of their own."""

from secrets import token_hex


def a_director(**changes: str) -> dict[str, str]:
    """A good fit: hot with the first form."""
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
