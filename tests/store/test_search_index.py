"""The index of jobs by words and the vectors beside it, kept in step by the store alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from jobs_tui.models.enums import ExecutionStatus, TriggerType
from jobs_tui.models.job import Definition
from jobs_tui.store import job_vectors, job_words, migrations
from jobs_tui.store.database import Store
from tests.store.rows import add_job, add_run


def found(store: Store, word: str, *, archived: bool = False) -> set[str]:
    connection = store.jobs.reader()
    numbers = list(job_words.hits(connection, word, archived=archived).begun)
    return set(job_words.ids(connection, numbers).values())


DUMP = Definition(
    name="Nightly dump",
    description="Éclair for the boss",
    tags=("database",),
    prompt_template="Copy everything",
    trigger_type=TriggerType.MANUAL,
)


def named(name: str) -> Definition:
    return Definition(name=name, prompt_template="true", trigger_type=TriggerType.MANUAL)


def execute(store: Store, sql: str, *values: object) -> None:
    store.write(lambda connection: connection.execute(sql, values))


def ended(store: Store, job_id: str, result: str, error: str | None = None) -> str:
    def operation(connection: sqlite3.Connection) -> str:
        execution_id = add_run(connection, job_id)
        connection.execute(
            "update executions set status = ?, result = ?, error_message = ? where id = ?",
            (ExecutionStatus.COMPLETED, result, error, execution_id),
        )
        return execution_id

    return store.write(operation)


def catch_up(store: Store) -> int:
    return store.write(lambda connection: job_words.catch_up(connection, 100))


@pytest.fixture
def job(store: Store) -> str:
    return store.write(lambda connection: add_job(connection, "job_dump", DUMP))


@pytest.mark.parametrize("word", ["night", "dumps", "eclair", "databases", "copying"])
def test_a_new_job_is_found_by_forms_of_its_words(store: Store, job: str, word: str) -> None:
    assert found(store, word) == {job}


def test_a_changed_job_is_found_by_what_it_says_now(store: Store, job: str) -> None:
    execute(store, "update jobs set name = 'Weekly' where id = ?", job)
    assert (found(store, "weekly"), found(store, "nightly")) == ({job}, set())


def test_a_deleted_job_is_found_only_among_deleted_ones(store: Store, job: str) -> None:
    execute(store, "update jobs set archived_at = '2026' where id = ?", job)
    assert (found(store, "dump"), found(store, "dump", archived=True)) == (set(), {job})


def test_a_purged_job_leaves_nothing(store: Store, job: str) -> None:
    ended(store, job, "unicorn")
    catch_up(store)
    [text] = job_vectors.texts(store.jobs.reader(), archived=False)
    store.write(lambda connection: job_vectors.save(connection, "m", [(text, b"1234")]))
    execute(store, "delete from jobs where id = ?", job)
    catch_up(store)
    for table in ("job_texts", "job_vectors", "search_stale"):
        assert store.rows(f"select * from {table}") == []
    assert store.rows("select * from job_vocabulary") == []


def test_the_results_of_the_latest_runs_are_found_and_older_ones_forgotten(
    store: Store, job: str
) -> None:
    for result in ("one", "unicorn", "three", "four"):
        ended(store, job, result, "boom" if result == "four" else None)
    assert job_words.is_stale(store.jobs.reader())
    assert catch_up(store) == 1
    assert not job_words.is_stale(store.jobs.reader())
    assert [found(store, word) for word in ("unicorn", "four", "boom", "one")] == [
        {job},
        {job},
        {job},
        set(),
    ]
    ended(store, job, "five")
    catch_up(store)
    assert found(store, "unicorn") == set()


def test_a_whole_answer_is_found_rather_than_its_short_form(store: Store, job: str) -> None:
    run = ended(store, job, "short")
    execute(store, "insert into answers (execution_id, answer) values (?, 'the zebra left')", run)
    catch_up(store)
    assert found(store, "zebra") == {job}


def test_a_run_that_is_removed_is_forgotten(store: Store, job: str) -> None:
    run = ended(store, job, "unicorn")
    catch_up(store)
    execute(store, "delete from executions where id = ?", run)
    catch_up(store)
    assert found(store, "unicorn") == set()


def test_an_upgrade_indexes_the_jobs_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    migrations.ensure(path, migrations.JOBS[:4])
    with closing(sqlite3.connect(path)) as older:
        older.row_factory = sqlite3.Row
        for job_id in ("job_1", "job_2"):
            add_job(older, job_id, named("zebra"))
        older.execute("update jobs set last_execution_id = 'exec_1' where id = 'job_1'")
        older.execute("update jobs set archived_at = '2026' where id = 'job_2'")
        older.commit()
    migrations.ensure(path, migrations.JOBS)
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        assert len(job_words.hits(connection, "zebra", archived=False).exact) == 1
        assert len(job_words.hits(connection, "zebra", archived=True).exact) == 1
        assert job_words.is_stale(connection)


def test_vectors_are_kept_by_content_and_engine(store: Store, job: str) -> None:
    twin = store.write(lambda connection: add_job(connection, "job_twin", replace(DUMP, tags=())))
    connection = store.jobs.reader()
    texts = job_vectors.texts(connection, archived=False)
    assert len({text.hash for text in texts}) == 1
    pairs = [(text, b"1234") for text in texts]
    store.write(lambda writing: job_vectors.save(writing, "m", pairs))
    assert len(store.rows("select * from job_vectors")) == 1
    assert len(job_vectors.kept(connection, "m", 4, archived=False)) == 2
    assert job_vectors.unread(connection, "m", 4, archived=False) == []
    assert len(job_vectors.unread(connection, "other", 4, archived=False)) == 2
    assert len(job_vectors.unread(connection, "m", 8, archived=False)) == 2
    execute(store, "update jobs set name = 'x' where id = ?", twin)
    assert [one.job_id for one in job_vectors.unread(connection, "m", 4, archived=False)] == [twin]
    store.write(lambda writing: job_vectors.save(writing, "m", pairs))
    assert [one.job_id for one in job_vectors.unread(connection, "m", 4, archived=False)] == [
        twin
    ], "what was read before the change says nothing of it"
    execute(store, "update jobs set name = 'y' where id = ?", job)
    assert store.rows("select * from job_vectors") == []


def test_a_word_that_nobody_has_finds_those_spelled_like_it(store: Store, job: str) -> None:
    assert job_words.spelled_like(store.jobs.reader(), "databsae") == ["databas"]
    assert job_words.spelled_like(store.jobs.reader(), "zzzzzz") == []
