"""Parse SOQL, as much of it as integrations use, into a query as data.

SELECT paths or COUNT() FROM object [WHERE …] [ORDER BY …] [LIMIT n] [OFFSET n]. No child queries, no grouping.
"""

import re
from datetime import date, datetime

from sandbox.salesforce.refused import Refused
from sandbox.salesforce.soql import (
    All,
    Compare,
    Condition,
    DayLiteral,
    Literal,
    Not,
    Order,
    Pattern,
    Query,
    Some,
    pointing,
)

_TOKENS = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^'\\]|\\.)*')
    | (?P<moment>\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))?)
    | (?P<number>[+-]?\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z_][A-Za-z0-9_.]*(?::\d+)?)
    | (?P<sign><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_OPERATORS = {"=", "!=", "<>", "<", ">", "<=", ">="}


def parse(source: str) -> Query:
    """Parse a query. Raises Refused (MALFORMED_QUERY) with a caret under the mistake."""
    return _Parser(source).query()


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = list(self._split())
        self._next = 0

    def query(self) -> Query:
        self._expect("SELECT")
        paths = self._selected()
        self._expect("FROM")
        object = self._word()
        where = self._either() if self._accept("WHERE") else All(())
        order = self._order() if self._accept("ORDER") else ()
        limit = self._number() if self._accept("LIMIT") else None
        offset = self._number() if self._accept("OFFSET") else 0
        if self._kind() != "end":
            raise self._unexpected()
        return Query(self._source, object, paths, where, order, limit, offset)

    def _selected(self) -> tuple[str, ...]:
        if self._text().upper() == "COUNT":
            self._take()
            self._expect("(")
            self._expect(")")
            return ()
        paths = [self._word()]
        while self._accept(","):
            paths.append(self._word())
        for path in paths:
            if [p.lower() for p in paths].count(path.lower()) > 1:
                raise Refused("MALFORMED_QUERY", f"duplicate field selected: {path}")
        return tuple(paths)

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._accept("OR"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._accept("AND"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _single(self) -> Condition:
        if self._accept("NOT"):
            return Not(self._single())
        if self._accept("("):
            inside = self._either()
            self._expect(")")
            return inside
        path = self._word()
        if self._accept("LIKE"):
            return Compare(path, "LIKE", Pattern(self._quoted()))
        if self._accept("IN"):
            return Compare(path, "IN", self._several())
        if self._accept("NOT"):
            self._expect("IN")
            return Not(Compare(path, "IN", self._several()))
        if self._text() not in _OPERATORS:
            raise self._unexpected()
        operator = self._take().replace("<>", "!=")
        return Compare(path, operator, self._literal())

    def _several(self) -> tuple[Literal, ...]:
        self._expect("(")
        found = [self._literal()]
        while self._accept(","):
            found.append(self._literal())
        self._expect(")")
        return tuple(found)

    def _order(self) -> tuple[Order, ...]:
        self._expect("BY")
        found = [self._one_order()]
        while self._accept(","):
            found.append(self._one_order())
        return tuple(found)

    def _one_order(self) -> Order:
        path = self._word()
        descending = self._accept("DESC")
        if not descending:
            self._accept("ASC")
        last = False
        if self._accept("NULLS"):
            last = self._accept("LAST")
            if not last:
                self._expect("FIRST")
        return Order(path, descending, last)

    def _literal(self) -> Literal:
        match self._kind():
            case "text":
                return _unescaped(self._quoted())
            case "number":
                return float(self._take())
            case "moment":
                text = self._take()
                return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
            case "word":
                return self._named()
            case _:
                raise self._unexpected()

    def _named(self) -> Literal:
        word, _, days = self._text().partition(":")
        match word.upper():
            case "NULL":
                value: Literal = None
            case "TRUE" | "FALSE":
                value = word.upper() == "TRUE"
            case "TODAY" | "YESTERDAY" | "TOMORROW" as name:
                value = DayLiteral(name)
            case "LAST_N_DAYS" | "NEXT_N_DAYS" as name if days:
                value = DayLiteral(name, int(days))
            case _:
                raise self._unexpected()
        self._take()
        return value

    def _quoted(self) -> str:
        if self._kind() != "text":
            raise self._unexpected()
        return self._take()[1:-1]

    def _number(self) -> int:
        if self._kind() != "number" or not self._text().isdigit():
            raise self._unexpected()
        return int(self._take())

    def _word(self) -> str:
        if self._kind() != "word":
            raise self._unexpected()
        return self._take()

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self._unexpected()

    def _accept(self, word: str) -> bool:
        found = self._kind() in ("word", "sign") and self._text().upper() == word
        self._next += found
        return found

    def _take(self) -> str:
        self._next += 1
        return self._tokens[self._next - 1][1]

    def _kind(self) -> str:
        return self._tokens[self._next][0]

    def _text(self) -> str:
        return self._tokens[self._next][1]

    def _unexpected(self) -> Refused:
        kind, text, at = self._tokens[self._next]
        message = "unexpected end of query" if kind == "end" else f"unexpected token: '{text}'"
        return Refused("MALFORMED_QUERY", pointing(self._source, at, message))

    def _split(self) -> list[tuple[str, str, int]]:
        """Return kind, text and position of each token, and of the end."""
        found, at = [], 0
        while self._source[at:].strip():
            token = _TOKENS.match(self._source, at)
            if token is None or token.lastgroup is None:
                at += len(self._source[at:]) - len(self._source[at:].lstrip())
                message = f"unexpected character: '{self._source[at]}'"
                raise Refused("MALFORMED_QUERY", pointing(self._source, at, message))
            found.append((token.lastgroup, token[token.lastgroup], token.start(token.lastgroup)))
            at = token.end()
        return [*found, ("end", "", len(self._source))]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)
