"""Hostile and careless input."""

TEXTS = {
    "liquid": "{{ 7*7 }}",
    "liquid of ours": "{{ links[0] }}{{ brand.name }}",
    "loop": "{% for i in (1..999999999) %}x{% endfor %}",
    "raw": "{% raw %}{{ lead.email }}{% endraw %}",
    "script": "<script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)>",
    "entity": "&lt;b&gt;&#x3c;&amp;",
    "mention": "<!channel> <@U0ALICE> <https://evil.example|here>",
    "link": "https://evil.example/login",
    "scheme": "javascript:alert(1)",
    "formula": "=HYPERLINK('https://evil.example','here')",
    "command": "=cmd|' /C calc'!A0",
    "soql": "' OR Id != null OR Name = '",
    "markup of the terminal": "[bold red]x[/] [link=https://evil.example]y[/link]",
    "composite reference": "@{ref.id}",
    "percent": "%0d%0aBcc:%20victim@example.com",
    "family": "👩‍👩‍👧‍👦 🏳️‍🌈",
    "combining": "Z̴̡͖ȃ̷l̵g̶o̸",
    "old letters": "髙﨑 邊󠄆 𠮷野家",
    "arabic": "مرحبا بالعالم",
    "null": "null",
    "nothing": "undefined None NaN",
}
"""Texts of one line that are kept whole: every page shows them exactly as typed."""

HIDDEN = {
    "right to left": "abc\u202egpj.exe",
    "isolates": "\u2066evil\u2069",
    "zero width": "ad\u200bmin",
    "byte order mark": "\ufeffx",
}
"""Texts with invisible characters, which are removed."""

BROKEN = {
    "header": "x\r\nBcc: victim@example.com",
    "null byte": "a\x00b",
    "escape": "\x1b[31mred\x1b]8;;https://evil.example\x07",
    "line separator": "a\u2028b",
    "half a letter": "\ud800",
    "backspaces": "good\x08\x08\x08\x08evil",
}
"""Texts with control characters, which are removed; those that only break a line become a space."""
