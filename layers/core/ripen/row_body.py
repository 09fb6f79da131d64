"""How a value of the core is stored in a row: as JSON, compressed if the row would otherwise take a second kilobyte.

A write costs by the started kilobyte. JSON of a thousand bytes and more takes less than half of them when compressed.
"""

import zlib

import msgspec

_KILOBYTE = 1024
_MAX_JSON_BYTES = 880
"""What a kilobyte leaves for the value: the keys and attributes beside it take up to 140 bytes."""


def encode(value: object) -> str | bytes:
    """Return JSON as text, or compressed (zlib, RFC 1950)."""
    text = msgspec.json.encode(value)
    return text.decode() if len(text) <= _MAX_JSON_BYTES else zlib.compress(text)


def decode[T](body: str | bytes, type: type[T]) -> T:
    """Return the value that was encoded. Raises msgspec.ValidationError."""
    return msgspec.json.decode(json_text(body), type=type)


def json_text(body: str | bytes) -> str:
    """Return the JSON that was encoded."""
    return body if isinstance(body, str) else zlib.decompress(body).decode()


def kilobytes(value: object) -> int:
    """Return how many started kilobytes a row with this value takes."""
    body = encode(value)
    return 1 + (len(body.encode() if isinstance(body, str) else body) + _KILOBYTE - _MAX_JSON_BYTES - 1) // _KILOBYTE
