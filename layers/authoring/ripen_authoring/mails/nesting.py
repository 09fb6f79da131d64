"""Bound how deep the tags of a mail stand in one another: the compilers end the process where they are too deep."""

import re

from ripen_authoring.problem import InvalidValue

_MAX_DEPTH = 200
"""Mail programs show mails far shallower than this. From about 1,000 the text part loses its words."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)(?:[^<>]*?)(/?)>")
_ALONE = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_CLOSED_BY_THE_NEXT = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "colgroup"}


def check_depth(markup: str) -> None:
    """Raise InvalidValue where tags are too deep. Tags that may stay open are not counted."""
    depth = 0
    for closes, name, is_alone in _TAG.findall(markup):
        if is_alone or name.lower() in _ALONE | _CLOSED_BY_THE_NEXT:
            continue
        depth = max(depth - 1, 0) if closes else depth + 1
        if depth > _MAX_DEPTH:
            raise InvalidValue(
                f"the tags are more than {_MAX_DEPTH} deep; close them earlier",
                f"タグの入れ子が {_MAX_DEPTH} 段を超えています。もっと手前で閉じてください",
            )
