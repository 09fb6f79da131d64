"""Find a lead by its address."""

from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table, keys
from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.lead.address import address_hash, normalise
from ripen.words import Words


def find_lead(email: str, table: Table, secrets: Secrets) -> str:
    """Return the id of the lead with this address, as a person types it. Raise Failure if no lead has it."""
    try:
        address = normalise(email)
    except Rejected:
        raise Failure(
            Words(f"{email!r} is not an e-mail address.", f"{email!r} はメールアドレスではありません。"),
            Words("Write it like this: hanako@example.co.jp", "書き方の例: hanako@example.co.jp"),
        ) from None
    row = table.get(keys.address(address_hash(secrets.key("address"), address)))
    if row is None:
        raise Failure(
            Words(f"No lead has the address {address}.", f"アドレス {address} の見込み客はいません。"),
            Words(
                "Has the person filled in a form? Find the page and the mailbox with: ripen status",
                "フォームは送信されましたか。ページとメールボックスの場所: ripen status",
            ),
        )
    return row.value.lead
