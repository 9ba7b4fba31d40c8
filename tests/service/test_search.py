"""Finding jobs by words: what is found, in which order, and that nothing in a query is syntax."""

from __future__ import annotations

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.service import jobs, search, starts
from jobs_tui.service.context import Context
from tests.service.made import ended, made

HOSTILE = [
    '"',
    '""',
    "*",
    "a*",
    "NEAR(a b, 2)",
    "a AND",
    "AND",
    "OR NOT",
    "name:redis",
    "{name} : x",
    "^a",
    "a - b",
    "(((",
    "'; drop table jobs; --",
    "%",
    "_",
    "\\",
    "a\0b",
    "🚀",
    "中文",
    "e\u0301",
    "\ud800",
    "\x1b[31mred",
    "x" * 100_000,
    "word " * 20_000,
    " ".join(f"w{number}" for number in range(5_000)),
]


def names(found: search.Found) -> list[str]:
    return [hit.job.name for hit in found.hits]


def ran(ctx: Context, job_id: str, result: str) -> None:
    run = starts.start(ctx, job_id)
    ended(ctx, run.execution_id, result=result)


@pytest.fixture
def three(ctx: Context) -> None:
    made(ctx, name="Backup of Redis", prompt_template="Back up the data every night", tags=["db"])
    made(ctx, name="Redis cost", prompt_template="Compute the price", description="for the boss")
    made(ctx, name="Report", prompt_template="Write about redis and its backups, at length")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("price", ["Redis cost"]),
        ("PRICES", ["Redis cost"]),
        ("boss", ["Redis cost"]),
        ("db", ["Backup of Redis"]),
        ("backups of redis", ["Backup of Redis", "Report"]),
        ("redis price", ["Redis cost"]),
        ("redis unicorn price", ["Redis cost", "Backup of Redis", "Report"]),
        ("unicorn", []),
        ("ackup", ["Report", "Backup of Redis"]),
        ("redis, and", ["Redis cost", "Backup of Redis", "Report"]),
    ],
)
def test_words_find_jobs_the_best_first(
    ctx: Context, three: None, query: str, expected: list[str]
) -> None:
    found = search.by_keywords(ctx, query)
    assert set(names(found)) == set(expected)
    assert names(found)[:1] == expected[:1]
    assert found.total == len(expected)


def test_an_answer_says_what_served_and_why_each_was_found(ctx: Context, three: None) -> None:
    answer = search.by_keywords(ctx, "price").to_json()
    assert (answer["mode"], answer["engine"], answer["note"]) == ("keyword", "fts5", None)
    [one] = answer["results"]
    assert one["name"] == "Redis cost"
    assert one["why"] == "words in prompt"
    assert "price" in one["snippet"]
    assert 0 < one["score"] <= 1


def test_the_words_of_the_latest_results_find_a_job(ctx: Context) -> None:
    job = made(ctx, name="watcher")
    ran(ctx, job.id, "the unicorn has landed")
    found = search.by_keywords(ctx, "unicorns")
    assert names(found) == ["watcher"]
    assert found.hits[0].why == "words in latest results"
    assert "unicorn" in found.hits[0].snippet
    for _ in range(3):
        ran(ctx, job.id, "nothing")
    assert names(search.by_keywords(ctx, "unicorn")) == []


def test_deleted_jobs_are_found_only_when_asked(ctx: Context) -> None:
    job = made(ctx, name="zebra")
    jobs.archive(ctx, job.id)
    assert names(search.by_keywords(ctx, "zebra")) == []
    assert names(search.by_keywords(ctx, "zebra", archived=True)) == ["zebra"]
    jobs.restore(ctx, job.id)
    assert names(search.by_keywords(ctx, "zebra")) == ["zebra"]


def test_an_edit_is_found_at_once(ctx: Context) -> None:
    job = made(ctx, name="zebra")
    jobs.edit(ctx, job.id, {"name": "horse"})
    assert names(search.by_keywords(ctx, "zebra")) == []
    assert names(search.by_keywords(ctx, "horse")) == ["horse"]


def test_n_limits_the_answer_and_total_tells_of_the_rest(ctx: Context) -> None:
    for number in range(7):
        made(ctx, name=f"zebra {number}")
    found = search.by_keywords(ctx, "zebra", 3)
    assert (len(found.hits), found.total, len(found.ids)) == (3, 7, 7)
    assert len(search.by_keywords(ctx, "zebra", None).hits) == 7


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_query_finds_what_it_says_or_nothing(
    ctx: Context, three: None, query: str
) -> None:
    for found in (search.by_keywords(ctx, query), search.by_meaning(ctx, query, engine="lexical")):
        assert len(found.query) <= search.LONGEST
        found.to_json()
    assert len(jobs.listing(ctx)) == 3


@pytest.mark.parametrize("query", ["", "  ", "\0", "\n\t"])
def test_an_empty_query_is_refused_with_a_sentence(ctx: Context, query: str) -> None:
    for search_by in (search.by_keywords, search.by_meaning):
        with pytest.raises(InvalidInput, match="query is empty"):
            search_by(ctx, query)


def test_signs_find_the_jobs_that_have_them(ctx: Context) -> None:
    made(ctx, name="🚀 launch")
    made(ctx, name="100% sure")
    assert names(search.by_keywords(ctx, "🚀")) == ["🚀 launch"]
    assert names(search.by_keywords(ctx, "%")) == ["100% sure"]
