"""What stands in a text that is not a word of the language: values, names, places.

``back up "/srv/my www" to /backup, keep 7 copies`` has two paths and a number. Each becomes a
token of its kind; what is left are words. Nothing is looked up, expanded or evaluated here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPEN, CLOSE = "\ue000", "\ue001"
"""Around the kind of a thing in a clause's text; removed from prompts (private use)."""

FILES = frozenset(
    [
        "db",
        "sqlite",
        "sqlite3",
        "db3",
        "log",
        "txt",
        "gz",
        "zst",
        "xz",
        "bz2",
        "tar",
        "tgz",
        "zip",
        "json",
        "jsonl",
        "yaml",
        "yml",
        "toml",
        "conf",
        "cfg",
        "ini",
        "csv",
        "tsv",
        "py",
        "sh",
        "sql",
        "md",
        "html",
        "xml",
        "out",
        "err",
        "tmp",
        "bak",
        "old",
        "pid",
        "lock",
        "env",
        "pem",
        "crt",
        "key",
        "jpg",
        "png",
        "pdf",
    ]
)
"""Endings by which ``app.log`` is a file and not a host."""

_UNITS = frozenset(["service", "timer", "socket", "mount", "target"])

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMBER_WORDS: dict[str, float] = {
    **{word: float(number) for number, word in enumerate(_SMALL)},
    **{word: 10.0 * number for number, word in enumerate(_TENS, 2)},
    **{
        f"{ten}{dash}{_SMALL[digit]}": 10.0 * number + digit
        for number, ten in enumerate(_TENS, 2)
        for digit in range(1, 10)
        for dash in "- "
    },
    "hundred": 100.0,
    "a hundred": 100.0,
    "one hundred": 100.0,
    "a dozen": 12.0,
    "half an": 0.5,
    "a": 1.0,
    "an": 1.0,
}

_BYTES: dict[str, int] = {"byte": 1, "bytes": 1, "b": 1}
for _power, (_letter, _long) in enumerate(
    [("k", "kilo"), ("m", "mega"), ("g", "giga"), ("t", "tera"), ("p", "peta")], 1
):
    for _name, _base in (
        (_letter, 1024),
        (f"{_letter}b", 1000),
        (f"{_letter}ib", 1024),
        (f"{_long}byte", 1000),
        (f"{_long}bytes", 1000),
        (f"{_long[:2]}bibyte", 1024),
        (f"{_long[:2]}bibytes", 1024),
        (f"{_long[:-1]}s" if _long != "kilo" else "kilos", 1000),
        ("gigs" if _letter == "g" else f"{_long}s", 1000),
    ):
        _BYTES[_name] = int(_base**_power)
    if _letter == "g":
        _BYTES["gig"] = 1000**3

_SECONDS: dict[str, float] = {}
for _names, _size in (
    ("ms millisecond milliseconds msec", 0.001),
    ("s sec secs second seconds", 1.0),
    ("m min mins minute minutes", 60.0),
    ("h hr hrs hour hours", 3600.0),
    ("d day days", 86_400.0),
    ("w wk wks week weeks", 604_800.0),
    ("month months", 30 * 86_400.0),
    ("quarter quarters", 91 * 86_400.0),
    ("year years", 365 * 86_400.0),
):
    _SECONDS.update(dict.fromkeys(_names.split(), _size))

_NUMBER = r"\d+(?:[.,]\d+)*"
_SAID = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_COUNTED = "|".join(
    sorted((word for word in NUMBER_WORDS if word not in ("a", "an", "one", "half an")), key=len)[
        ::-1
    ]
)
_AMOUNT = rf"(?:{_NUMBER}|\b(?:{_SAID})\b)"
_LONG_SIZES = "|".join(sorted((n for n in _BYTES if len(n) > 1), key=len, reverse=True))
_LONG_TIMES = "|".join(sorted((n for n in _SECONDS if len(n) > 1), key=len, reverse=True))
_ENDING = "|".join(sorted(FILES, key=len, reverse=True))
_IN_PATH = r"(?:\\[ ]|[^\s\"'`,;!?()<>|\\:$&])"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"

_KINDS: tuple[tuple[str, str], ...] = (
    ("quoted", r"\"[^\"\n]{0,1000}\"|`[^`\n]{0,1000}`|(?<!\w)'[^'\n]{0,1000}'(?!\w)"),
    ("url", r"https?://[^\s<>\"'`|]+"),
    ("uri", r"[a-z][a-z0-9+.-]*://[^\s<>\"'`|]+"),
    ("email", r"[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    ("time", r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:\s?[ap]m)?\b|\b1?\d\s?[ap]m\b"),
    (
        "endpoint",
        rf"(?<![\w./~$-])(?:\[[0-9a-fA-F:.]+\]|(?=[\w.-]*[A-Za-z]|\d+\.\d+\.\d+\.\d+:){_NAME})"
        r":\d{1,5}(?![\w:/])",
    ),
    (
        "path",
        rf"(?<![\w/.~$)}}*-])(?:~[\w-]*(?:/{_IN_PATH}*)?|\.{{1,2}}/{_IN_PATH}*|/{_IN_PATH}*|"
        rf"\.{{1,2}}(?=\s|$)(?<=\s\.|\.\.)|[\w.*-]+/{_IN_PATH}*)",
    ),
    ("glob", r"(?<![\w$])[\w.-]*[*?\[][\w.*?\[\]{}-]*[\w*\]}]|(?<!\S)\*(?!\S)"),
    ("percent", rf"{_AMOUNT}\s?-?(?:%|(?:percent|per\ cent|pct)\b)"),
    ("size", rf"{_AMOUNT}[\s-]?(?:{_LONG_SIZES})\b|{_NUMBER}[bBkKMgGtT]\b"),
    ("duration", rf"{_AMOUNT}[\s-]?(?:{_LONG_TIMES})\b|{_NUMBER}[smhdw]\b"),
    ("unit", rf"\b[\w@-]+(?:\.[\w@-]+)*\.(?:{'|'.join(sorted(_UNITS))})\b"),
    ("file", rf"(?<![\w.])[\w-]+(?:\.[\w-]+)*\.(?:{_ENDING})\b(?!\.\w)"),
    (
        "host",
        r"(?<![\w.-])(?:\d{1,3}(?:\.\d{1,3}){3}|localhost|"
        r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24})(?![\w-])",
    ),
    ("status", r"\b[1-5][xX]{2}\b"),
    ("number", rf"(?<![\w.]){_NUMBER}(?![\w%])|\b(?:{_COUNTED})\b"),
    ("compare", r">=|=>|<=|=<|==|[><=≥≤]"),
    ("word", r"[^\W\d_](?:[\w.@'-]*\w)?|\d[\w.-]*\w|_\w*"),
    ("symbol", r"\S"),
)
_SCANNER = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS), re.IGNORECASE)

_PLAIN = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"'}
    | {"\u2013": "-", "\u2014": " - ", "\u00a0": " ", "\u202f": " ", OPEN: "", CLOSE: ""}
)
_NOT_PATHS = re.compile(
    r"and/or|either/or|yes/no|i/o|tcp/ip|read/write|ssl/tls|tls/ssl|24/7|n/a|w/o|"
    r"(?:cpu|memory|ram|disk|load|swap)(?:/(?:cpu|memory|ram|disk|load|swap))+",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)"
_COMPARE = {"=>": ">=", "≥": ">=", "=<": "<=", "≤": "<=", "==": "="}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a symbol or a thing of a text."""

    kind: str
    """``word``, ``symbol``, ``compare``, or a thing: ``quoted url uri email time endpoint path glob
    percent size duration unit file host status number``."""
    raw: str
    """As it was written, without quotes around it."""
    number: float = 0.0
    """Per cent, bytes, seconds or the number itself."""
    break_before: int = 0
    """What ended before it: 2 a sentence, 1 a line or a part set off by a comma; 0 nothing."""

    @property
    def is_thing(self) -> bool:
        """Whether it carries a value that must not be overlooked."""
        return self.kind not in ("word", "symbol", "compare")


def scan(text: str) -> Iterator[Token]:
    """The tokens of a text, in order; ends of sentences are marks on the token that follows."""
    text = re.sub(r"(?m)^[ \t]*\d{1,2}[.)][ \t]+", "\n", text.translate(_PLAIN))
    position, mark = 0, 0
    while (match := _SCANNER.search(text, position)) is not None:
        kind = str(match.lastgroup)
        raw = match.group()
        if "\n" in text[position : match.start()]:
            mark = 2
        token, position = _token(kind, raw, match.start())
        if token.kind == "symbol" and raw in ".;!?":
            mark = 2
        elif token.kind == "symbol" and raw in ",:()-*•":
            mark = max(mark, 1)
        else:
            yield Token(token.kind, token.raw, token.number, mark)
            mark = 0


def _token(kind: str, raw: str, start: int) -> tuple[Token, int]:
    """A token and where the text goes on: behind what belongs to it."""
    end = start + len(raw)
    if kind == "quoted":
        inside = raw[1:-1]
        return Token(_kind_of_quoted(inside), inside), end
    if kind in ("url", "uri", "path"):
        kept = _without_full_stop(raw)
        end = start + len(kept)
        raw = kept.replace("\\ ", " ")
        if kind == "path" and _NOT_PATHS.fullmatch(raw):
            first = raw.partition("/")[0]
            return Token("word", first), start + len(first) + 1
        if kind == "path" and re.search(r"[*?\[]", raw):
            kind = "glob"
        return Token(kind, raw), end
    if kind == "host":
        return Token(kind, raw.rstrip(".")), end
    if kind == "compare":
        return Token(kind, _COMPARE.get(raw, raw)), end
    if kind in ("percent", "size", "duration", "number"):
        return Token(kind, raw, _amount(kind, raw)), end
    return Token(kind, raw), end


def _without_full_stop(raw: str) -> str:
    """``/var/log.`` ends a sentence; ``..`` does not."""
    kept = raw.rstrip(_TRAILING)
    return raw if not kept or kept.endswith("/..") or raw.endswith("/..") else kept


def _kind_of_quoted(inside: str) -> str:
    if re.match(r"https?://\S+$", inside):
        return "url"
    if re.match(r"(?:/|~|\.{1,2}/)", inside):
        return "glob" if re.search(r"[*?\[]", inside) else "path"
    if re.fullmatch(r"[\w.{}\[\]-]*[*?][\w.*?{}\[\]-]*", inside):
        return "glob"
    return "quoted"


def _amount(kind: str, raw: str) -> float:
    match = re.match(rf"(?P<said>{_AMOUNT})[\s-]*(?P<unit>.*)$", raw, re.IGNORECASE)
    assert match is not None, raw
    said, unit = match["said"].lower(), match["unit"]
    number = NUMBER_WORDS[said] if said in NUMBER_WORDS else to_number(said)
    if kind == "size":
        return number * _BYTES[unit.lower()]
    if kind == "duration":
        return number * _SECONDS[unit.lower()]
    return number


def to_number(text: str) -> float:
    """``1,000`` is a thousand, ``2,5`` and ``2.5`` are two and a half."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    parts = re.split(r"[.,]", text)
    return float(parts[0] if len(parts) == 1 else f"{''.join(parts[:-1])}.{parts[-1]}")
