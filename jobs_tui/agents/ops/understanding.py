"""From a prompt in plain English to calls of tools, or to a refusal that says why not.

The prompt is cut where a new request may begin. Of all ways to join the pieces again the one
counts whose least clear request is clearest; with equals, the one with the fewest requests. Each
request goes to the tool whose phrases it holds and whose form explains most of it. Everything that
changes its meaning must be explained: a value, a name, a negation or a condition that no form
knows makes the whole prompt a refusal, because half a request is another request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jobs_tui.agents.ops import common, words
from jobs_tui.agents.ops.form import Form, Unfit
from jobs_tui.agents.ops.forms import form_of
from jobs_tui.agents.ops.reading import Piece, Reading, coverage, piece
from jobs_tui.agents.ops.things import Token, scan

if TYPE_CHECKING:
    from jobs_tui.tools.tool import Tool

THRESHOLD = 0.75
"""Least confidence with which a tool is called; one that changes something, or that an unknown
word would turn into another request, is called only when no word at all is left over."""
LONGEST = 4000
"""Characters of a prompt; longer ones are not requests but texts."""
_MOST_PIECES = 40
_MOST_JOINED = 8
"""Pieces that one request may be made of."""
_CUTS = frozenset(["and", "then", "also", "plus", "additionally", "afterwards", "finally", "next"])
"""Words before which a new request may begin."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool that a prompt asks for."""

    tool: str
    arguments: Mapping[str, Any]
    """What was read, JSON-able and valid; defaults of the tool are left out."""
    said: str
    """The words that asked for it."""
    note: str = ""
    """What the reader decided and the user should know, a sentence; often empty."""

    @property
    def line(self) -> str:
        """``system_health cpu_percent=80``: for logs."""
        return " ".join([self.tool, *(f"{k}={_shown(v)}" for k, v in self.arguments.items())])


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a prompt asks for."""

    confidence: float
    """0 to 1: that of the least clear request."""
    calls: tuple[Call, ...] = ()
    """In the order of the prompt; empty when it is refused."""
    refusal: str = ""
    """Why nothing is run, in one or two sentences; empty when it is understood."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """How one tool (or none) takes some pieces."""

    confidence: float
    calls: tuple[Call, ...] = ()
    problem: str = ""
    begins_with_condition: bool = False
    continues: bool = False
    """Whether it stands in the same sentence as the request before it."""
    silent: bool = False
    """Only filler: nothing is asked for."""
    rank: tuple[float, int] = (0.0, 0)


def understand(prompt: str, tools: Iterable[Tool[Any]]) -> Understanding:
    """What a prompt asks of some tools. Pure: nothing is looked up, nothing is run.

    Args:
        prompt: rendered; template marks in it are text like any other.
        tools: those that may be used; those for models only are passed over.
    """
    offered = [tool for tool in tools if not tool.for_models]
    if not prompt.strip():
        return Understanding(0.0, refusal="The prompt is empty.")
    if len(prompt) > LONGEST:
        return Understanding(
            0.0,
            refusal=f"The prompt has {len(prompt):,} characters; ops reads {LONGEST:,} at most.",
        )
    pieces = _pieces(list(scan(prompt)))
    if not pieces:
        return Understanding(0.0, refusal="The prompt holds no words.")
    if len(pieces) > _MOST_PIECES:
        return Understanding(0.0, refusal=f"The prompt asks for more than {_MOST_PIECES} things.")
    requests = _best_cut(pieces, offered)
    confidence = min((one.confidence for one in requests), default=0.0)
    problem = next((one.problem for one in requests if one.problem), "") or _conditional(requests)
    calls = tuple(call for one in requests for call in one.calls)
    if not problem and not calls:
        problem = "It asks for nothing that a tool does."
    if problem:
        return Understanding(confidence if confidence < THRESHOLD else 0.0, refusal=problem)
    return Understanding(confidence, calls)


def abilities(tools: Iterable[Tool[Any]]) -> list[str]:
    """What can be asked for, a line each with an example."""
    lines = []
    for tool in tools:
        if tool.for_models:
            continue
        examples = form_of(tool).examples or tool.phrases[:1]
        said = ", ".join(f"“{example}”" for example in examples)
        lines.append(f"{tool.title}: {said}" if said else tool.title)
    return lines


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ",".join(_shown(one) for one in value)
    text = f"{value:g}" if isinstance(value, float) and value < 1e6 else str(value)
    return repr(text) if not text or re.search(r"\s", text) else text


def _pieces(tokens: Sequence[Token]) -> list[list[Token]]:
    pieces: list[list[Token]] = []
    for token in tokens:
        cut = token.break_before > 0 or (token.kind == "word" and token.raw.lower() in _CUTS)
        if cut or not pieces:
            # "and then" is one cut
            if pieces and all(_is_cut(one) for one in pieces[-1]):
                pieces[-1].append(token)
                continue
            pieces.append([])
        pieces[-1].append(token)
    return pieces


def _is_cut(token: Token) -> bool:
    return token.kind == "word" and token.raw.lower() in _CUTS


def _best_cut(pieces: Sequence[list[Token]], tools: Sequence[Tool[Any]]) -> list[_Attempt]:
    """Requests in order, by the rule of the module. Quadratic at most in ``_MOST_JOINED``."""
    best: list[tuple[tuple[float, float, float], list[_Attempt]]] = [((1.0, 0.0, 0.0), [])]
    for end in range(1, len(pieces) + 1):
        options = []
        for start in range(max(0, end - _MOST_JOINED), end):
            tokens = [token for one in pieces[start:end] for token in one]
            attempt = _attempt(tokens, tools)
            (least, count, total), before = best[start]
            asked = 0 if attempt.silent else 1
            options.append(
                (
                    (
                        min(least, round(attempt.confidence, 3)),
                        count - asked - 0.01,
                        total + attempt.confidence * len(tokens),
                    ),
                    [*before, attempt],
                )
            )
        best.append(max(options, key=lambda option: option[0]))
    return best[-1][1]


def _conditional(requests: Sequence[_Attempt]) -> str:
    """``if nginx is down alert me and back up /srv``: does the second depend on the first?"""
    for first, second in pairwise(one for one in requests if not one.silent):
        if first.begins_with_condition and second.continues:
            return "It makes one request depend on another, which ops does not do."
    return ""


def _attempt(tokens: Sequence[Token], tools: Sequence[Tool[Any]]) -> _Attempt:
    one = piece(tokens)
    meaningful = Reading(one)
    common.schedules(meaningful)
    if all(
        not token.is_thing
        and token.kind == "word"
        and all(word in words.FILLER or word in words.DROPPED for word in words.expand(token.raw))
        for token in meaningful.left()
    ):
        return _Attempt(1.0, silent=True)
    attempts = [_by(tool, one) for tool in tools]
    good = [found for found in attempts if found.calls]
    if good:
        best = max(good, key=lambda found: found.rank)
        return replace(best, continues=tokens[0].break_before < 2)
    said = one.raw if len(one.raw) <= 120 else one.raw[:119] + "…"
    nothing = _Attempt(0.0, problem=f"“{said}” is nothing that a tool does.")
    near = max(attempts, key=lambda found: found.rank, default=nothing)
    return near if near.problem else nothing


def _by(tool: Tool[Any], one: Piece) -> _Attempt:
    """How a tool takes a piece."""
    form = form_of(tool)
    called, specific, vocabulary = _called(tool, form, one)
    reading = Reading(one)
    problem, arguments, note, strict = "", [], "", not tool.read_only
    try:
        filled = form.fill(reading)
        arguments, note = list(filled.arguments), filled.note
        called, strict = max(called, filled.evidence), strict or filled.strict
    except Unfit as unfit:
        if not unfit.sentence:
            return _Attempt(0.0)
        problem = unfit.sentence
        called = max(called, unfit.evidence)
    common.schedules(reading)
    if tool.read_only:
        common.alerts(reading)
    covered = coverage(reading, vocabulary)
    confidence = called * covered.share
    rank = (confidence, specific)
    if called < THRESHOLD:
        return _Attempt(0.0)
    if problem:
        return _Attempt(0.0, problem=problem, rank=rank)
    if covered.fatal or confidence < THRESHOLD or (strict and covered.stray):
        strange = ", ".join(f"“{word}”" for word in covered.stray[:5])
        sentence = f"{tool.title} does not know what to do with {strange}."
        return _Attempt(0.0, problem=sentence if strange else "", rank=rank)
    problem, valid = _valid(tool, arguments)
    if problem:
        return _Attempt(0.0, problem=problem, rank=rank)
    calls = tuple(Call(tool.name, each, one.raw, note) for each in valid)
    begins = bool(re.match(r"(?:and |then )*(?:if|when|whenever|unless|once)\b", one.text))
    return _Attempt(confidence, calls, begins_with_condition=begins, rank=rank)


@lru_cache(maxsize=512)
def _wanted(phrase: str) -> frozenset[str]:
    """The words of a phrase that matter: what stands for a value or a name is left out."""
    plain = " ".join(token.raw for token in scan(phrase) if token.kind == "word")
    return words.content(re.sub(r"\S*\d\S*", "", plain))


@lru_cache(maxsize=128)
def _topic(text: str) -> frozenset[str]:
    return frozenset(words.lemma(word) for word in text.split())


def _called(tool: Tool[Any], form: Form, one: Piece) -> tuple[float, int, frozenset[str]]:
    """How surely a piece names a tool, by how many words, and the words that it explains."""
    said = frozenset(
        words.lemma(word)
        for token in one.tokens
        if token.kind == "word"
        for word in words.expand(token.raw)
    )
    share, specific = 0.0, 0
    vocabulary = set(_topic(form.topic))
    for phrase in tool.phrases:
        wanted = _wanted(phrase)
        if form.topic:
            # Other words of a phrase are examples of names: “is the service nginx running”.
            wanted = wanted & vocabulary or wanted
        else:
            vocabulary |= wanted
        if not wanted:
            continue
        shared = len(wanted & said)
        share, specific = max((share, specific), (shared / len(wanted), shared))
    return share, specific, frozenset(vocabulary)


def _valid(
    tool: Tool[Any], many: Sequence[Mapping[str, Any]]
) -> tuple[str, list[Mapping[str, Any]]]:
    """The arguments as the tool takes them, or what is wrong with them."""
    from pydantic import ValidationError

    valid: list[Mapping[str, Any]] = []
    for arguments in many:
        try:
            model = tool.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = ".".join(str(part) for part in first["loc"]) or "the request"
            if first["type"] == "missing":
                return f"{tool.title} needs {name}, and the prompt does not say it.", []
            reason = first["msg"].removeprefix("Value error, ")
            return f"{tool.title} cannot use {name}: {reason}.", []
        valid.append(model.model_dump(mode="json", exclude_unset=True))
    return "", valid
