"""Finding jobs by meaning: which engine serves, what is kept for the next time, large homes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from jobs_tui.agents.smart.engines import choosing, semantic
from jobs_tui.agents.smart.engines.broken import EngineBroken
from jobs_tui.agents.smart.engines.fitting import Document, Fit
from jobs_tui.models.errors import StoreError
from jobs_tui.service import jobs, likely, meaning, search
from jobs_tui.service.context import Context
from jobs_tui.store.writer import Writer
from tests.fakes import FakeClock
from tests.service.made import made


class Letters:
    """Means by a text what its first letters are: four of the alphabet."""

    name: ClassVar[str] = "semantic"
    floor: ClassVar[float] = 0.2
    key = "letters"

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.read: list[str] = []
        self.problem = ""
        self.clock = clock

    def margin(self, top: float) -> float:
        return 0.05

    def fits(self, question: str, documents: Sequence[Document]) -> list[Fit]:
        raise NotImplementedError

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        if self.problem:
            raise EngineBroken(self.problem, "Mend it.")
        if self.clock is not None:
            self.clock.advance(30)
        self.read += texts
        return [[1.0 if text[:1].lower() == one else 0.0 for one in "abcd"] for text in texts]


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Letters:
    engine = Letters()
    monkeypatch.setattr(choosing, "engine_for", lambda wish: engine)
    monkeypatch.setattr(semantic, "installed", lambda: False)
    return engine


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantic, "installed", lambda: False)


def names(found: search.Found) -> list[str]:
    return [hit.job.name for hit in found.hits]


def test_without_the_model_related_words_serve_and_the_answer_says_so(
    ctx: Context, no_model: None
) -> None:
    made(ctx, name="Certificate watcher", prompt_template="Warn before a TLS certificate expires")
    made(ctx, name="Invoices", prompt_template="Remind the accountant about invoices")
    found = search.by_meaning(ctx, "https renewal")
    assert (found.engine, names(found)) == ("lexical", ["Certificate watcher"])
    assert "not installed" in found.note
    assert "`jobs-tui semantic setup`" in found.note
    assert "related: " in found.hits[0].why
    assert search.by_meaning(ctx, "https renewal", engine="lexical").note == ""


def test_nothing_that_fits_is_no_hit(ctx: Context, no_model: None) -> None:
    made(ctx, name="Invoices")
    found = search.by_meaning(ctx, "qqqq zzzz")
    assert (found.hits, found.total) == ((), 0)


def test_each_text_is_read_once_and_the_next_process_need_not(
    ctx: Context, letters: Letters
) -> None:
    for name in ("apple", "banana", "cherry"):
        made(ctx, name=name)
    found = search.by_meaning(ctx, "a fruit")
    assert (names(found), found.engine, found.note) == (["apple"], "semantic", "")
    assert len(letters.read) == 4
    letters.read.clear()
    assert names(search.by_meaning(ctx, "b")) == ["banana"]
    assert letters.read == ["b"]
    made(ctx, name="date")
    job = jobs.listing(ctx, query="apple")[0]
    jobs.edit(ctx, job.id, {"name": "dragon fruit"})
    letters.read.clear()
    assert set(names(search.by_meaning(ctx, "d"))) == {"date", "dragon fruit"}
    assert len(letters.read) == 3


def test_an_engine_that_is_broken_is_replaced_and_the_answer_says_why(
    ctx: Context, letters: Letters
) -> None:
    made(ctx, name="apple")
    letters.problem = "The endpoint is away."
    found = search.by_meaning(ctx, "apples")
    assert (found.engine, names(found)) == ("lexical", ["apple"])
    assert found.note.startswith("The endpoint is away. Mend it.")
    with pytest.raises(EngineBroken, match="away"):
        search.by_meaning(ctx, "apples", engine="semantic")


def test_a_search_stops_reading_after_some_time_and_says_what_is_missing(
    ctx: Context, clock: FakeClock, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "BATCH", 1)
    monkeypatch.setattr(meaning, "AT_LEAST", 2)
    letters.clock = clock
    for name in ("apple", "avocado", "apricot"):
        made(ctx, name=name)
    found = search.by_meaning(ctx, "a")
    assert "1 of 3 jobs are ranked by words only" in found.note
    assert search.by_meaning(ctx, "a").note == ""
    assert meaning.read_all(ctx).read == 0


def test_reading_ahead_reads_all_that_is_new(ctx: Context, letters: Letters) -> None:
    made(ctx, name="apple")
    done = meaning.read_all(ctx)
    assert (done.engine, done.read, done.note) == ("semantic", 1, "")
    letters.read.clear()
    search.by_meaning(ctx, "a")
    assert letters.read == ["a"]


def test_reading_ahead_needs_an_engine_that_knows_meanings(ctx: Context, no_model: None) -> None:
    with pytest.raises(EngineBroken, match="reads nothing ahead"):
        meaning.read_all(ctx)


def test_a_home_that_cannot_be_written_is_searched_all_the_same(
    ctx: Context, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(ctx, name="apple")
    ctx.store.write(lambda connection: connection.execute("insert into search_stale values ('x')"))

    def refuse(*_: Any) -> Any:
        raise StoreError("The database cannot be written.")

    monkeypatch.setattr(Writer, "write", refuse)
    assert "not kept: The database cannot be written." in search.by_meaning(ctx, "a").note
    found = search.by_keywords(ctx, "apple")
    assert names(found) == ["apple"]
    assert "newest runs are not searched" in found.note


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("https renewal", "Certificate watcher"),
        ("certifcate", "Certificate watcher"),
        ("unpaid bills", "Invoice reminder"),
        ("save a copy of the data", "Nightly backup"),
    ],
)
def test_in_a_large_home_the_likely_jobs_are_read(
    ctx: Context, no_model: None, monkeypatch: pytest.MonkeyPatch, question: str, expected: str
) -> None:
    made(ctx, name="Certificate watcher", prompt_template="Warn before a TLS certificate expires")
    made(ctx, name="Invoice reminder", prompt_template="Remind the accountant of unpaid invoices")
    made(ctx, name="Nightly backup", prompt_template="Back up the database every night")
    for number in range(5):
        made(ctx, name=f"Standup {number}", prompt_template="Post the questions to Slack")
    whole = search.by_meaning(ctx, question)
    monkeypatch.setattr(likely, "FEW", 1)
    monkeypatch.setattr(likely, "ALL", 3)
    chosen = likely.likely(ctx.store.jobs.reader(), question, archived=False)
    assert chosen.numbers is not None
    assert len(chosen.numbers) < 8
    found = search.by_meaning(ctx, question)
    assert names(found)[0] == names(whole)[0] == expected
