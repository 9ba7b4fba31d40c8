"""Fit by words: those that are shared, their parts, and other words for the same matter.

BM25 over stems finds what shares words, trigrams to fivegrams of letters find other forms of them,
and the thesaurus finds what only speaks of the same (AGENTS.md 6: half of all prompts share no word
with the agent they are meant for). Pure Python; what is known of a set of documents is kept.
"""

from __future__ import annotations

import math
import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from jobs_tui.agents.smart.engines.fitting import Document, Fit
from jobs_tui.agents.smart.engines.reading import LIGHT, STOP, stems, telling, words
from jobs_tui.agents.smart.engines.stemming import stem
from jobs_tui.agents.smart.engines.thesaurus import matters_of

K1, B = 1.2, 0.4
"""BM25's saturation and its regard for length; documents are a few sentences, so little of it."""
TITLE, BODY, PART = 1.0, 1.0, 1.0
MATTERS = 2.0
"""What a shared matter counts beside a shared word."""
LIGHT_COUNTS = 0.25
"""What a shared word counts that says little."""
LETTERS = 1.0
"""What likeness of letters counts beside a shared word."""
HALF = 4.0
"""The sum that gives a score of one half: about one rare shared word."""
KEPT = 8
"""Sets of documents that are remembered."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How common the words of a question are in a collection of which only a part is looked at."""

    documents: int
    """Of the whole collection."""
    terms: Mapping[str, float]
    """By stem: documents that have it."""
    matters: Mapping[str, float]
    """By matter: documents that speak of it."""


@dataclass(frozen=True, slots=True)
class _Read:
    """One document, read."""

    terms: Counter[str]
    length: int
    matters: dict[str, float]
    """How much it speaks of each, 0 to 1."""


@dataclass(frozen=True, slots=True)
class _Index:
    read: tuple[_Read, ...]
    term_idf: dict[str, float]
    matter_idf: dict[str, float]
    gram_idf: dict[str, float]
    unknown_gram: float
    letters: tuple[dict[str, float], ...]
    """Of each document, by gram its weight; the vector is of length 1."""
    length: float
    """Of a document, in words, on average."""


class LexicalEngine:
    """Fit by words; always there."""

    name: ClassVar[str] = "lexical"
    floor: ClassVar[float] = 0.15

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._indexes: OrderedDict[tuple[Document, ...], _Index] = OrderedDict()

    def margin(self, top: float) -> float:
        """See Engine: a lead of a fifth is one."""
        return top * 0.2

    def fits(
        self, question: str, documents: Sequence[Document], spread: Spread | None = None
    ) -> list[Fit]:
        """See Engine.

        Args:
            spread: of the collection that the documents are the likely ones of; None: they are all.
        """
        if not documents:
            return []
        index = self._index(tuple(documents))
        if spread is not None:
            index = replace(
                index,
                term_idf=index.term_idf | _rarities(spread.terms, spread.documents),
                matter_idf=index.matter_idf | _matter_rarities(spread.matters, spread.documents),
            )
        asked = list(dict.fromkeys(telling(question)))
        shown = {stem(word): word for word in reversed(asked)}
        likeness = _likeness(_grams(asked), index)
        # Phrases may hold words that say nothing by themselves: "go back to".
        in_order = stems(question)
        matters = matters_of(in_order)
        readable = dict(zip(in_order, words(question), strict=True))
        return [
            self._fit(document, read, index, shown, alike, matters, readable)
            for document, read, alike in zip(documents, index.read, likeness, strict=True)
        ]

    def _fit(
        self,
        document: Document,
        read: _Read,
        index: _Index,
        shown: dict[str, str],
        likeness: float,
        matters: dict[str, dict[str, float]],
        readable: dict[str, str],
    ) -> Fit:
        total = 0.0
        shared: list[tuple[float, str]] = []
        norm = K1 * (1 - B + B * read.length / index.length)
        for term, word in shown.items():
            count = read.terms.get(term, 0)
            if count:
                gain = index.term_idf[term] * count * (K1 + 1) / (count + norm)
                gain *= LIGHT_COUNTS if word in LIGHT or term in LIGHT else 1.0
                total += gain
                shared.append((gain, word))
        related: list[tuple[float, str]] = []
        for matter, said in matters.items():
            spoken = read.matters.get(matter)
            if spoken:
                strength = min(1.6, sum(said.values()))
                gain = MATTERS * index.matter_idf[matter] * strength * spoken
                total += gain
                others = [key for key in said if key not in read.terms]
                if others:
                    phrase = max(others, key=lambda key: said[key])
                    text = " ".join(readable[part] for part in phrase.split())
                    related.append((gain, f"{text} ({matter})"))
        total += LETTERS * HALF * likeness
        return Fit(document.id, total / (total + HALF), _reason(shared, related, likeness))

    def _index(self, documents: tuple[Document, ...]) -> _Index:
        with self._lock:
            kept = self._indexes.get(documents)
            if kept is not None:
                self._indexes.move_to_end(documents)
                return kept
        made = _indexed(documents)
        with self._lock:
            self._indexes[documents] = made
            while len(self._indexes) > KEPT:
                self._indexes.popitem(last=False)
        return made


def _reason(
    shared: list[tuple[float, str]], related: list[tuple[float, str]], likeness: float
) -> str:
    said = []
    if shared:
        said.append("words: " + ", ".join(word for _, word in sorted(shared, reverse=True)[:5]))
    if related:
        said.append("related: " + ", ".join(text for _, text in sorted(related, reverse=True)[:4]))
    if not said:
        said.append("similar spelling only" if likeness >= 0.05 else "nothing in common")
    return "; ".join(said)


def _grams(words: Sequence[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for word in words:
        if word in STOP or word in LIGHT:
            continue
        marked = f"_{word}_"
        for length in (3, 4, 5):
            for start in range(len(marked) - length + 1):
                found[marked[start : start + length]] += 1
    return found


def _likeness(grams: Counter[str], index: _Index) -> list[float]:
    """The cosine of the grams with those of each document."""
    asked = _scaled(grams, index.gram_idf, index.unknown_gram)
    return [
        sum(weight * letters[gram] for gram, weight in asked.items() if gram in letters)
        for letters in index.letters
    ]


def _scaled(grams: Counter[str], idf: dict[str, float], unknown: float) -> dict[str, float]:
    weights = {
        gram: (1 + math.log(count)) * idf.get(gram, unknown) for gram, count in grams.items()
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {gram: weight / length for gram, weight in weights.items()}


def _rarities(having: Mapping[str, float], count: int) -> dict[str, float]:
    """By what is had, how much it says: less, the more documents have it. As BM25 has it."""
    return {key: math.log(1 + (max(0.0, count - n) + 0.5) / (n + 0.5)) for key, n in having.items()}


def _matter_rarities(having: Mapping[str, float], count: int) -> dict[str, float]:
    """The same for matters; one of which all speak still says a little."""
    found = _rarities(having, count)
    return {key: found[key] if count > n else 0.05 for key, n in having.items()}


def _indexed(documents: tuple[Document, ...]) -> _Index:
    terms: list[Counter[str]] = []
    grams: list[Counter[str]] = []
    matters: list[dict[str, float]] = []
    for document in documents:
        texts = (document.title, *(text for text in document.texts if text != document.title))
        said = [word for text in texts for word in telling(text)]
        terms.append(Counter(stem(word) for word in said))
        grams.append(_grams(said))
        spoken: dict[str, float] = {}
        for text in texts:
            for matter, phrases in matters_of(stems(text)).items():
                spoken[matter] = spoken.get(matter, 0.0) + min(1.5, sum(phrases.values()))
        # One strong word says half of what many say.
        matters.append({matter: much / (much + 1.0) for matter, much in spoken.items()})
    count = len(documents)

    gram_count = Counter(gram for one in grams for gram in one)
    gram_idf = {gram: math.log((1 + count) / (1 + n)) + 1 for gram, n in gram_count.items()}
    unknown = math.log(1 + count) + 1
    read = tuple(
        _Read(term, sum(term.values()), matter) for term, matter in zip(terms, matters, strict=True)
    )
    # How many speak of a matter: those that hardly do count as a part of one.
    spread: dict[str, float] = {}
    for one in matters:
        for matter, much in one.items():
            spread[matter] = spread.get(matter, 0.0) + min(1.0, 1.5 * much)
    return _Index(
        read=read,
        term_idf=_rarities(Counter(term for one in terms for term in one), count),
        matter_idf=_matter_rarities(spread, count),
        gram_idf=gram_idf,
        unknown_gram=unknown,
        letters=tuple(_scaled(one, gram_idf, unknown) for one in grams),
        length=max(1.0, sum(one.length for one in read) / count),
    )
