"""Porter's stemmer (M. F. Porter, "An algorithm for suffix stripping", 1980), as FTS5 has it.

One change: three letters are no plural (``dns``, ``tls``, ``aws``, ``cis``).
"""

from __future__ import annotations

import re
from functools import lru_cache

_VOWEL = re.compile(r"[aeiou]|(?<=[^aeiou])y")
_STEP_2 = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("abli", "able"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
    ("ization", "ize"), ("isation", "ise"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
    ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"),
    ("biliti", "ble"), ("logi", "log"),
)  # fmt: skip
_STEP_3 = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("alise", "al"), ("iciti", "ic"),
    ("ical", "ic"), ("ful", ""), ("ness", ""),
)  # fmt: skip
_STEP_4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ou", "ism",
    "ate", "iti", "ous", "ive", "ize", "ise",
)  # fmt: skip


def _shape(stem: str) -> str:
    """``c`` and ``v`` for runs of consonants and vowels."""
    letters: list[str] = []
    for place, letter in enumerate(stem):
        vowel = letter in "aeiou" or (letter == "y" and place > 0 and letters[-1] == "c")
        letters.append("v" if vowel else "c")
    return "".join(letters)


def _measure(stem: str) -> int:
    return len(re.findall("v+c", _shape(stem)))


def _short_end(stem: str) -> bool:
    """Ends in consonant, vowel, consonant other than w, x, y (``hop``)."""
    return len(stem) > 2 and _shape(stem)[-3:] == "cvc" and stem[-1] not in "wxy"


def _double_end(stem: str) -> bool:
    return len(stem) > 1 and stem[-1] == stem[-2] and _shape(stem)[-1] == "c"


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a lower-case word; words that are not ASCII letters stay as they are."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    word = _plurals(word)
    word = _past_and_ing(word)
    if word.endswith("y") and "v" in _shape(word[:-1]):
        word = word[:-1] + "i"
    word = _replaced(word, _STEP_2)
    word = _replaced(word, _STEP_3)
    word = _dropped(word)
    if word.endswith("e"):
        base = word[:-1]
        if _measure(base) > 1 or (_measure(base) == 1 and not _short_end(base)):
            word = base
    if word.endswith("ll") and _measure(word[:-1]) > 1:
        word = word[:-1]
    return word


def _plurals(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def _past_and_ing(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) else word
    for suffix in ("ed", "ing"):
        if word.endswith(suffix) and "v" in _shape(word[: -len(suffix)]):
            base = word[: -len(suffix)]
            if base.endswith(("at", "bl", "iz")):
                return base + "e"
            if _double_end(base) and base[-1] not in "lsz":
                return base[:-1]
            if _measure(base) == 1 and _short_end(base):
                return base + "e"
            return base
    return word


def _replaced(word: str, table: tuple[tuple[str, str], ...]) -> str:
    for suffix, other in table:
        if word.endswith(suffix):
            base = word[: -len(suffix)]
            return base + other if _measure(base) else word
    return word


def _dropped(word: str) -> str:
    for suffix in sorted(_STEP_4, key=len, reverse=True):
        if word.endswith(suffix):
            base = word[: -len(suffix)]
            return base if _measure(base) > 1 else word
    if word.endswith("ion") and word[-4:-3] in ("s", "t") and _measure(word[:-3]) > 1:
        return word[:-3]
    return word
