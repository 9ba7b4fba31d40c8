"""The tokeniser of BERT models that know no capitals: WordPiece over cleaned words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

LONGEST_WORD = 100
"""Characters; longer ones are unknown, as in the reference implementation."""
_PIECES = re.compile(r"[^\W_]+|[^\w\s]|_")
_WIDE = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")


class WordPiece:
    """Texts to numbers of tokens."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        """Args:
        vocabulary: numbers by token; ``[CLS]``, ``[SEP]`` and ``[UNK]`` among them.

        Raises:
            KeyError: one of these is missing.
        """
        self._numbers = dict(vocabulary)
        self._begin, self._end = vocabulary["[CLS]"], vocabulary["[SEP]"]
        self._unknown = vocabulary["[UNK]"]

    @classmethod
    def read(cls, path: Path) -> WordPiece:
        """From a ``vocab.txt``: one token a line. Raises OSError, ValueError, KeyError."""
        # Not splitlines: tokens may be characters at which it would break a line.
        lines = path.read_text("utf-8").removesuffix("\n").split("\n")
        return cls({line.rstrip("\r"): number for number, line in enumerate(lines)})

    def tokens(self, text: str, limit: int) -> list[int]:
        """At most ``limit`` numbers, the marks of beginning and end included."""
        text = unicodedata.normalize("NFD", _WIDE.sub(r" \1 ", text).lower())
        text = "".join(
            " " if char.isspace() else char
            for char in text
            if unicodedata.category(char) not in ("Mn", "Cf", "Co", "Cs")
            and (char.isspace() or unicodedata.category(char) != "Cc")
        )
        found = [self._begin]
        for word in _PIECES.findall(text):
            found += self._word(word)
            if len(found) >= limit:
                break
        return [*found[: limit - 1], self._end]

    def _word(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._numbers.get(mark + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return found
