"""One reading of a piece of a prompt by one tool: what it could explain, and what is left over.

The piece becomes a line of lower-case words in which each thing is a mark of its kind, so that
patterns are short (``older than {duration}``). What a pattern took is explained. What is left over
lowers the confidence; a value, a negation, a condition or a foreign verb that is left over means
that the piece was not understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jobs_tui.agents.ops import words
from jobs_tui.agents.ops.things import CLOSE, OPEN, Token


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of tokens of a prompt, ready to be read."""

    text: str
    """Words in lower case and marks of things, one blank between them."""
    tokens: tuple[Token, ...]
    """What the parts of ``text`` were."""
    starts: tuple[int, ...]
    """Where each token's part begins in ``text``; a dropped article has an empty part."""
    ends: tuple[int, ...]

    @property
    def raw(self) -> str:
        """As it was written, near enough to quote it."""
        return " ".join(token.raw for token in self.tokens)


def piece(tokens: Sequence[Token]) -> Piece:
    """Make a piece of some tokens that stand one after the other."""
    parts: list[str] = []
    kept: list[Token] = []
    starts: list[int] = []
    ends: list[int] = []
    length = 0
    for token in tokens:
        if (
            token.kind == "word"
            and kept
            and kept[-1].kind == "word"
            and (kept[-1].raw.lower(), token.raw.lower()) in words.JOINED
        ):
            before = kept.pop()
            parts.pop()
            length = starts.pop()
            ends.pop()
            token = Token("word", words.joined(before.raw.lower()), 0.0, before.break_before)
        part = _part(token)
        if not part:
            continue
        parts.append(part)
        kept.append(token)
        starts.append(length)
        ends.append(length + len(part))
        length += len(part) + 1
    return Piece(" ".join(parts), tuple(kept), tuple(starts), tuple(ends))


def _part(token: Token) -> str:
    if token.is_thing:
        return f"{OPEN}{token.kind}{CLOSE}"
    if token.kind != "word":
        return token.raw
    said = [word for word in words.expand(token.raw) if word not in words.DROPPED]
    return " ".join(said)


@dataclass(frozen=True, slots=True)
class Found:
    """What a pattern matched."""

    tokens: tuple[Token, ...]
    """Things and captured words in the order of the groups of the pattern; a group that took no
    part is missing."""
    text: str
    """The matched text."""
    listed: tuple[Token, ...]
    """All tokens from the first group to the last but ``and`` and ``or``: of a repeated group the
    groups themselves tell only the last."""
    places: tuple[int, ...]
    """Which tokens of the piece it took."""

    @property
    def first(self) -> Token:
        """The only thing or word that was asked for."""
        return self.tokens[0]

    def of(self, kind: str) -> Token | None:
        """The first thing of a kind."""
        return next((token for token in self.tokens if token.kind == kind), None)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """``{path}`` is a thing, ``{path|glob}`` one of two kinds, ``{name}`` a word or a unit."""

    def mark(match: re.Match[str]) -> str:
        kinds = match[1]
        if kinds == "name":
            return rf"([^\W_][^\s{OPEN}{CLOSE}]*|{OPEN}(?:unit|quoted|file|host){CLOSE})"
        return f"({OPEN}(?:{kinds}){CLOSE})"

    return re.compile(rf"(?<!\S)(?:{re.sub(r'{([a-z|]+)}', mark, pattern)})(?!\S)")


class Reading:
    """How one tool reads one piece."""

    def __init__(self, source: Piece) -> None:
        self.piece = source
        self.used = [False] * len(source.tokens)

    def take(self, pattern: str) -> Found | None:
        """The first match of a pattern of which nothing was taken before; it counts as explained.

        Args:
            pattern: a regular expression over whole words; see ``_compiled`` for its marks.
        """
        return next(iter(self._matches(pattern, many=False)), None)

    def take_all(self, pattern: str, where: Callable[[Found], bool] | None = None) -> list[Found]:
        """All matches, from left to right; of those that ``where`` refuses nothing is taken."""
        return self._matches(pattern, many=True, where=where)

    def give_back(self, found: Found) -> None:
        """Count a match as unexplained again: it was not what it looked like."""
        for at in found.places:
            self.used[at] = False

    def has(self, pattern: str) -> bool:
        """Whether it matches anywhere, taken or not; explains nothing."""
        return _compiled(pattern).search(self.piece.text) is not None

    def things(self, kinds: str) -> list[Token]:
        """Things of some kinds (``path|glob``) that nothing has taken; now they are explained."""
        wanted = kinds.split("|")
        found = []
        for at, token in enumerate(self.piece.tokens):
            if token.kind in wanted and not self.used[at]:
                self.used[at] = True
                found.append(token)
        return found

    def _matches(
        self, pattern: str, *, many: bool, where: Callable[[Found], bool] | None = None
    ) -> list[Found]:
        found: list[Found] = []
        position = 0
        regex = _compiled(pattern)
        while (match := regex.search(self.piece.text, position)) is not None:
            position = max(match.end(), match.start() + 1)
            inside = self._inside(*match.span())
            if not inside or any(self.used[at] for at in inside):
                position = match.start() + 1
                continue
            tokens: list[Token] = []
            for number in range(1, regex.groups + 1):
                if match.start(number) >= 0:
                    tokens.extend(self.piece.tokens[at] for at in self._inside(*match.span(number)))
            one = Found(
                tuple(tokens), match.group(), self._listed(match, regex.groups), tuple(inside)
            )
            if where is not None and not where(one):
                position = match.start() + 1
                continue
            for at in inside:
                self.used[at] = True
            found.append(one)
            if not many:
                break
        return found

    def _listed(self, match: re.Match[str], groups: int) -> tuple[Token, ...]:
        spans = [match.span(number) for number in range(1, groups + 1) if match.start(number) >= 0]
        if not spans:
            return ()
        inside = self._inside(min(start for start, _ in spans), max(end for _, end in spans))
        tokens = (self.piece.tokens[at] for at in inside)
        return tuple(token for token in tokens if token.raw.lower() not in ("and", "or"))

    def _inside(self, start: int, end: int) -> list[int]:
        bounds = zip(self.piece.starts, self.piece.ends, strict=True)
        return [at for at, (left, right) in enumerate(bounds) if left < end and right > start]

    def left(self) -> list[Token]:
        """What nothing has explained yet."""
        return [token for token, used in zip(self.piece.tokens, self.used, strict=True) if not used]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a piece is explained."""

    share: float
    """0 to 1."""
    stray: tuple[str, ...]
    """What is not, as it was written."""
    fatal: bool
    """Whether something that is left over forbids to go on."""


def coverage(reading: Reading, vocabulary: Iterable[str]) -> Coverage:
    """How much of a piece a reading and the words of a tool explain.

    Args:
        vocabulary: lemmas of the tool's own phrases and topic.
    """
    known = frozenset(vocabulary)
    explained, strange, fatal = 0.0, 0.0, False
    stray: list[str] = []
    for token, used in zip(reading.piece.tokens, reading.used, strict=True):
        if used:
            explained += 1
            continue
        weight, severe = _weight(token, known)
        if weight < 0:
            explained += 1
        elif weight > 0:
            strange += weight
            stray.append(token.raw)
            fatal = fatal or severe
    share = explained / (explained + strange) if explained else 0.0
    return Coverage(share, tuple(stray), fatal)


def _weight(token: Token, known: frozenset[str]) -> tuple[float, bool]:
    """Minus one: known; 0: means nothing; above: how strange. And whether it must not be."""
    if token.is_thing:
        return 2.0, True
    if token.kind != "word":
        return (1.0, True) if token.kind == "compare" else (1.0, token.raw not in "&*#")
    said = words.expand(token.raw)
    if any(word in words.NEGATIONS or word in words.CONDITIONS for word in said):
        return 1.0, True
    if all(words.lemma(word) in known for word in said):
        return -1.0, False
    if all(word in words.FILLER for word in said):
        return 0.0, False
    if any(_foreign(word) for word in said):
        return 1.0, True
    if re.search(r"[\d_@.]|[a-z][A-Z]", token.raw):  # db1, my_table: a name, not a word
        return 2.0, False
    return 1.0, False


def _foreign(word: str) -> bool:
    if word in words.FOREIGN:
        return True
    for ending in ("ing", "ed", "es", "s", "d"):
        stem = word.removesuffix(ending)
        if stem != word and (stem in words.FOREIGN or stem + "e" in words.FOREIGN):
            return True
        if stem != word and len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in words.FOREIGN:
            return True
    return False
