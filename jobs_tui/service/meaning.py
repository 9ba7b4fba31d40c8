"""Jobs by what they are about: the engines of Smart, over the texts that the store keeps.

A small home is read whole; of a large one the jobs that may fit (:mod:`jobs_tui.service.likely`)
and, where an engine knows meanings, those whose kept vectors are nearest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from jobs_tui.agents.smart.engines.broken import EngineBroken
from jobs_tui.agents.smart.engines.fitting import Document, Encoder, Engine, Fit
from jobs_tui.models.errors import StoreError
from jobs_tui.service.context import Context
from jobs_tui.service.likely import likely
from jobs_tui.store import job_vectors
from jobs_tui.store.job_vectors import JobText
from jobs_tui.store.settings import load_settings

if TYPE_CHECKING:
    from jobs_tui.agents.smart.engines.choosing import EngineName, EngineWish

WORDS = 0.1
"""The part of the score that shared words and matters have beside nearness of meaning. Less than
for agents: a job says in a sentence what it does, an agent in words what it can (measured)."""
NEAREST = 100
"""Jobs that nearness brings."""
BATCH = 64
"""Texts that are read and kept together."""
SECONDS = 20.0
"""After so long a search stops reading texts that no search has read before..."""
AT_LEAST = 1_000
"""...but not before so many; the answer says that some are missing."""
LEAST = 0.7
"""Of an engine's floor: what scores less is not shown. Below the floor nobody would act on it, but
who searches may still recognise it."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What an engine found."""

    engine: str
    fits: tuple[tuple[JobText, Fit], ...]
    """The best first."""
    note: str
    """Why a better engine did not serve, or what was left out."""


@dataclass(frozen=True, slots=True)
class ReadAhead:
    """What was read for later searches."""

    engine: str
    read: int
    """Texts that were new."""
    note: str
    """Why they could not be kept; empty when they were."""


def read_all(ctx: Context) -> ReadAhead:
    """Read every job that the engine of the settings has not read yet, however long it takes.

    Raises:
        EngineBroken: it cannot answer, or does not know meanings.
    """
    from jobs_tui.agents.smart.engines.choosing import engine_for
    from jobs_tui.agents.smart.engines.packed import packed
    from jobs_tui.agents.smart.engines.semantic import SETUP

    engine = engine_for(_wish(ctx, None))
    if not _encodes(engine):
        raise EngineBroken(f"The engine {engine.name} reads nothing ahead.", SETUP)
    size = len(packed(engine.encode(["a first text"])[0]))
    read, _, note = _read(ctx, engine, size, (), False, seconds=None)
    return ReadAhead(engine.name, len(read), note)


def search(
    ctx: Context, question: str, *, engine: EngineName | None = None, archived: bool = False
) -> Meant:
    """The jobs that fit a question, by the best engine that can answer.

    Args:
        engine: this one and no other; None: as the settings say, and a lesser one when it is
            broken.

    Raises:
        EngineBroken: the engine that was named cannot answer.
    """
    notes: list[str] = []
    for server in _engines(ctx, engine, notes):
        try:
            ranked, note = _ranked(ctx, server, question, archived)
        except EngineBroken as error:
            if engine not in (None, "auto"):
                raise
            notes.append(error.sentence())
            continue
        notes += [note] if note else []
        return Meant(server.name, tuple(ranked), " ".join(notes))
    raise EngineBroken("No engine can search by meaning.", " ".join(notes))


def _engines(ctx: Context, engine: EngineName | None, notes: list[str]) -> Iterator[Engine]:
    """The engine that is wanted, then lesser ones; why the better ones are missing in ``notes``."""
    from jobs_tui.agents.smart.engines import choosing, semantic
    from jobs_tui.agents.smart.engines.lexical import LexicalEngine
    from jobs_tui.agents.smart.engines.semantic import SemanticEngine

    wish = _wish(ctx, engine)
    first: Engine | None = None
    try:
        first = choosing.engine_for(wish)
    except EngineBroken as error:
        if engine not in (None, "auto"):
            raise
        notes.append(error.sentence())
    if first is not None and first.name != LexicalEngine.name:
        yield first
    # What follows serves in place of what is broken, or because nothing better is there.
    better = first is not None and first.name in (LexicalEngine.name, SemanticEngine.name)
    if not better and semantic.installed():
        yield semantic.shared()
    if engine != LexicalEngine.name:
        notes.append(_why_words(wish))
    yield choosing.lexical()


def _why_words(wish: EngineWish) -> str:
    from jobs_tui.agents.smart.engines import semantic

    if wish.name == "lexical":
        return "Words and related words rank, as the setting smart_engine says."
    if not semantic.installed():
        return (
            "The model for fit by meaning is not installed, so words and related words rank;"
            f" {semantic.SETUP}"
        )
    return "Words and related words rank."


def _wish(ctx: Context, engine: EngineName | None) -> EngineWish:
    from jobs_tui.agents.smart.wishes import wish_of
    from jobs_tui.guard.secrets.resolver import Secrets

    return wish_of(load_settings(ctx.store.home), Secrets(ctx.store), engine)


def _ranked(
    ctx: Context, engine: Engine, question: str, archived: bool
) -> tuple[list[tuple[JobText, Fit]], str]:
    from jobs_tui.agents.smart.engines.choosing import lexical

    connection = ctx.store.jobs.reader()
    chosen = likely(connection, question, archived=archived)
    near: dict[int, float] = {}
    note = ""
    numbers = chosen.numbers
    if _encodes(engine):
        near, note = _nearness(ctx, engine, question, chosen.numbers or (), archived)
        if numbers is not None:
            first = sorted(near, key=lambda seq: -near[seq])[:NEAREST]
            numbers = list(dict.fromkeys([*first, *numbers]))
    texts = job_vectors.texts(connection, archived=archived, numbers=numbers)
    documents = [Document(one.job_id, one.name, one.text) for one in texts]
    spoken = lexical().fits(question, documents, chosen.spread)
    if _encodes(engine):
        spoken = [_both(fit, near.get(one.seq)) for one, fit in zip(texts, spoken, strict=True)]
    least = LEAST * engine.floor
    found = [(one, fit) for one, fit in zip(texts, spoken, strict=True) if fit.score >= least]
    found.sort(key=lambda pair: (-round(pair[1].score, 9), -pair[0].seq))
    return found, note


def _encodes(engine: Engine) -> TypeGuard[Encoder]:
    return hasattr(engine, "encode")


def _both(words: Fit, near: float | None) -> Fit:
    """Nearness and words together; words alone for what was not read for its meaning."""
    if near is None:
        return Fit(words.id, words.score / 2, f"not read for its meaning yet; {words.reason}")
    score = (1 - WORDS) * max(0.0, near) + WORDS * words.score
    said = "" if words.reason == "nothing in common" else f"; {words.reason}"
    return Fit(words.id, min(1.0, score), f"meaning: {near:.2f}{said}")


def _nearness(
    ctx: Context, engine: Encoder, question: str, first: Sequence[int], archived: bool
) -> tuple[dict[int, float], str]:
    """How near each text is to the question, by its number; texts that are new are read now.

    Args:
        first: numbers of the texts that are read before others.
    """
    from jobs_tui.agents.smart.engines.packed import cosines, packed

    asked = engine.encode([question])[0]
    size = len(packed(asked))
    connection = ctx.store.jobs.reader()
    read, left, note = _read(ctx, engine, size, first, archived)
    kept = job_vectors.kept(connection, engine.key, size, archived=archived) | read
    if left:
        said = (
            f"{left} of {left + len(kept)} jobs are ranked by words only: they have not been read"
            " for their meaning yet. Search again, or run `jobs-tui semantic index`."
        )
        note = f"{said} {note}".strip()
    near = cosines(asked, list(kept.values()))
    return dict(zip(kept, near, strict=True)), note


def _read(
    ctx: Context,
    engine: Encoder,
    size: int,
    first: Sequence[int],
    archived: bool,
    *,
    seconds: float | None = SECONDS,
) -> tuple[dict[int, bytes], int, str]:
    """Read texts that are new to an engine, and keep what they mean.

    Args:
        seconds: stop after so long, once :data:`AT_LEAST` are read; None: read all.

    Returns:
        The vectors by number, how many texts are left, and why they could not be kept.
    """
    from jobs_tui.agents.smart.engines.packed import packed

    connection = ctx.store.jobs.reader()
    todo = job_vectors.unread(connection, engine.key, size, archived=archived)
    sooner = set(first)
    todo.sort(key=lambda one: one.seq not in sooner)
    began, problem = ctx.store.clock.monotonic(), ""
    found: dict[int, bytes] = {}
    for start in range(0, len(todo), BATCH):
        spent = ctx.store.clock.monotonic() - began
        if seconds is not None and start >= AT_LEAST and spent > seconds:
            return found, len(todo) - start, problem
        batch = todo[start : start + BATCH]
        vectors = [packed(one) for one in engine.encode([one.text for one in batch])]
        found.update({one.seq: vector for one, vector in zip(batch, vectors, strict=True)})
        if not problem:
            problem = _keep(ctx, engine.key, list(zip(batch, vectors, strict=True)))
    return found, 0, problem


def _keep(ctx: Context, key: str, read: list[tuple[JobText, bytes]]) -> str:
    try:
        ctx.store.write(lambda connection: job_vectors.save(connection, key, read))
    except (StoreError, sqlite3.OperationalError) as error:
        # Who may only read a home can still search it, only not faster the next time.
        why = error.message if isinstance(error, StoreError) else f"{error}."
        return f"What was read is not kept: {why}"
    return ""
