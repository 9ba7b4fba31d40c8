"""Backups can be read back, are rotated, and never stand half done under their name."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
import zstandard

from jobs_tui.tools import archives, backup_databases, backup_directory, backup_sqlite
from jobs_tui.tools.tool import ToolFailed
from jobs_tui.tools.walking import Walk
from tests.tools.conftest import Use


def unpacked(path: Path) -> bytes:
    with open(path, "rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        return stream.read()


@pytest.mark.parametrize("form", ["tar.zst", "tar.gz"])
async def test_a_directory_is_packed_and_can_be_read_back(use: Use, work: Path, form: str) -> None:
    (work / "src" / "sub").mkdir(parents=True)
    (work / "src" / "sub" / "a.txt").write_text("hello")
    (work / "src" / "link").symlink_to("sub/a.txt")
    found = await use("backup_directory", path="src", target="bk", format=form)
    assert found.alarms == ()
    (archive,) = (work / "bk").iterdir()
    assert archive.stat().st_mode & 0o777 == 0o600
    raw = unpacked(archive) if form == "tar.zst" else archive.read_bytes()
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        assert sorted(tar.getnames()) == ["src", "src/link", "src/sub", "src/sub/a.txt"]
        member = tar.extractfile("src/sub/a.txt")
        assert member is not None
        assert member.read() == b"hello"


async def test_only_the_newest_are_kept_and_others_files_stay(use: Use, work: Path) -> None:
    (work / "src").mkdir()
    (work / "bk").mkdir()
    (work / "bk" / "notes.txt").write_text("mine")
    for _ in range(4):
        found = await use("backup_directory", path="src", target="bk", keep=2)
    assert found.data["removed"] == 1
    assert len(list((work / "bk").glob("*.tar.zst"))) == 2
    assert (work / "bk" / "notes.txt").exists()


async def test_an_archive_does_not_go_into_what_it_holds(use: Use, work: Path) -> None:
    (work / "src").mkdir()
    with pytest.raises(ToolFailed, match="inside of"):
        await use("backup_directory", path="src", target="src/bk")
    with pytest.raises(ToolFailed, match="no directory"):
        await use("backup_directory", path="gone")


def database(path: Path, rows: int = 3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table t (x)")
        connection.executemany("insert into t values (?)", [(n,) for n in range(rows)])
        connection.commit()
    return path


async def test_a_database_is_copied_while_others_use_it(use: Use, work: Path) -> None:
    path = database(work / "app.db")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("begin immediate")
        writer.execute("insert into t values (99)")  # never committed
        found = await use("backup_sqlite", paths=["app.db"], target="bk")
    assert found.alarms == ()
    (copy,) = (work / "bk").iterdir()
    plain = work / "plain.db"
    plain.write_bytes(unpacked(copy))
    with closing(sqlite3.connect(plain)) as connection:
        assert connection.execute("select count(*) from t").fetchone() == (3,)


async def test_all_databases_of_the_usual_places_are_found(
    use: Use, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_sqlite, "USUAL", ("place",))
    monkeypatch.setattr(backup_databases.shutil, "which", lambda program, path=None: None)
    database(work / "place" / "a" / "one.db")
    database(work / "place" / "two.sqlite3")
    (work / "place" / "no.db").write_bytes(b"SQLite format 4" + b"x" * 600)
    found = await use("backup_databases", target="bk")
    assert found.alarms == ()
    assert [Path(one["what"]).name for one in found.data["made"]] == [
        "one.db",
        "two.sqlite3",
        "jobs.db",
    ]
    assert "3 SQLite databases" in found.summary
    assert "pg_dump is not installed" in found.text


async def test_nothing_to_back_up_is_an_alarm(use: Use, work: Path) -> None:
    (work / "empty").mkdir()
    found = await use("backup_sqlite", paths=["empty"], target="bk")
    assert found.alarms == ("No SQLite database was found in empty.",)


async def test_a_damaged_database_is_an_alarm_and_leaves_no_copy(use: Use, work: Path) -> None:
    path = database(work / "app.db", 2000)
    raw = bytearray(path.read_bytes())
    raw[4096:8192] = os.urandom(4096)
    path.write_bytes(raw)
    found = await use("backup_sqlite", paths=["app.db"], target="bk")
    assert len(found.alarms) == 1
    assert "app.db" in found.alarms[0]
    assert list((work / "bk").iterdir()) == []


async def test_postgresql_is_dumped_by_its_own_program(
    use: Use, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    scripts = {
        "psql": 'echo orders; echo "we ird"',
        "pg_dump": "for a; do case $a in --file=*) f=${a#--file=};; *we*ird*) exit 1;; esac; done\n"
        'echo dump > "$f"',
        "pg_restore": "exit 0",
    }
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    found = await use("backup_postgresql", target="bk")
    assert [one["what"] for one in found.data["made"]] == ["orders"]
    assert found.alarms == ("The database we ird could not be dumped: no reason.",)
    (dump,) = (work / "bk").iterdir()
    assert dump.name.startswith("postgresql-orders-")


def test_two_things_never_share_the_name_of_their_backups() -> None:
    paths = ["/a/b-c.db", "/a-b/c.db", "/a/b/c.db", "/a b/c.db", "/ä/c.db", "/é/c.db", "/.a", "/a"]
    names = [archives.safe_name(path) for path in paths]
    assert len(set(names)) == len(paths)
    assert names[2] == "a-b-c.db"
    assert len(archives.safe_name("/" + "x/" * 2000)) < 200
    assert not any(name.startswith(".") or "/" in name for name in names)


async def test_the_copies_of_one_database_do_not_push_out_those_of_another(
    use: Use, work: Path
) -> None:
    for name in ("a-b/c.db", "a/b-c.db"):
        database(work / name)
        await use("backup_sqlite", paths=[name], target="bk", keep=1)
    assert len(list((work / "bk").iterdir())) == 2


async def test_the_backup_just_made_is_the_one_that_stays(use: Use, work: Path) -> None:
    (work / "src").mkdir()
    made = [await use("backup_directory", path="src", target="bk", keep=1) for _ in range(3)]
    (archive,) = (work / "bk").iterdir()
    assert str(archive) == made[-1].data["made"][0]["path"]


async def test_what_a_killed_backup_left_goes_after_a_day(use: Use, work: Path) -> None:
    (work / "src").mkdir()
    (made,) = (await use("backup_directory", path="src", target="bk")).data["made"]
    stem = os.path.basename(made["path"]).rsplit("-", 2)[0]
    old, fresh = (work / "bk" / f"{stem}-2026010{n}-020000.tar.zst.part" for n in (1, 2))
    foreign = work / "bk" / "other-20260101-020000.tar.zst.part"
    for left in (old, fresh, foreign):
        left.write_bytes(b"half")
    for left in (old, foreign):
        os.utime(left, (0, 0))
    await use("backup_directory", path="src", target="bk")
    assert [left.exists() for left in (old, fresh, foreign)] == [False, True, True]


async def test_an_archive_that_lacks_something_removes_no_older_one(
    use: Use, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "src").mkdir()
    secret = work / "src" / "secret"
    secret.write_text("x")
    await use("backup_directory", path="src", target="bk", keep=1)
    real = os.open

    def refuse(path: str, *rest: object, **more: object) -> int:
        if path == str(secret):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    found = await use("backup_directory", path="src", target="bk", keep=1)
    assert found.alarms == (f"{secret} could not be read: Permission denied.",)
    assert len(list((work / "bk").iterdir())) == 2


async def test_a_target_that_a_link_puts_into_the_source_is_refused(use: Use, work: Path) -> None:
    (work / "src" / "inner").mkdir(parents=True)
    (work / "bk").symlink_to("src/inner")
    with pytest.raises(ToolFailed, match="inside of"):
        await use("backup_directory", path="src", target="bk")


async def test_a_file_that_shrinks_while_it_is_read_spoils_no_other(
    use: Use, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "src").mkdir()
    (work / "src" / "a.log").write_bytes(b"a" * 5000)
    (work / "src" / "b.txt").write_text("whole")
    real = os.fstat

    def before_it_shrank(number: int) -> os.stat_result:
        state = real(number)
        if state.st_size != 5000:
            return state
        os.truncate(work / "src" / "a.log", 100)
        return state

    monkeypatch.setattr(os, "fstat", before_it_shrank)
    found = await use("backup_directory", path="src", target="bk")
    assert found.alarms == (f"{work / 'src' / 'a.log'} became shorter while it was read.",)
    (archive,) = (work / "bk").iterdir()
    with tarfile.open(fileobj=io.BytesIO(unpacked(archive))) as tar:
        member = tar.extractfile("src/b.txt")
        assert member is not None
        assert member.read() == b"whole"


async def test_pipes_sockets_and_hard_links_are_no_obstacle(
    use: Use, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "src").mkdir()
    os.mkfifo(work / "src" / "pipe")
    (work / "src" / "one").write_text("same")
    os.link(work / "src" / "one", work / "src" / "two")
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        monkeypatch.chdir(work / "src")  # the path of a socket has at most 107 characters
        listener.bind("s")
        found = await use("backup_directory", path="src", target="bk")
    assert found.alarms == ()
    (archive,) = (work / "bk").iterdir()
    with tarfile.open(fileobj=io.BytesIO(unpacked(archive))) as tar:
        assert sorted(tar.getnames()) == ["src", "src/one", "src/pipe", "src/two"]


@pytest.mark.parametrize("tool", ["backup_directory", "backup_sqlite"])
async def test_a_cancelled_backup_leaves_nothing(use: Use, work: Path, tool: str) -> None:
    (work / "src").mkdir()
    database(work / "src" / "app.db", 200_000)
    place = {"path": "src"} if tool == "backup_directory" else {"paths": ["src"]}
    task = asyncio.ensure_future(use(tool, target="bk", **place))
    while not (work / "bk").exists() or not list((work / "bk").iterdir()):  # noqa: ASYNC110
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list((work / "bk").iterdir()) == []


async def test_a_dump_that_fails_leaves_nothing_and_names_are_no_options(
    use: Use, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    scripts = {
        "psql": "exit 1",
        "pg_dump": f'for a; do echo "$a" >> {tmp_path}/said; done',
        "pg_restore": "exit 0",
    }
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    found = await use("backup_postgresql", databases=["host=evil d'b"], target="bk")
    assert found.alarms == ("The dump of host=evil d'b is empty.",)
    assert list((work / "bk").iterdir()) == []
    assert "--dbname=dbname='host=evil d\\'b'" in (tmp_path / "said").read_text().splitlines()


async def test_a_server_that_was_named_and_is_not_there_is_an_alarm(
    use: Use, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_sqlite, "USUAL", ())
    monkeypatch.setattr(backup_databases.shutil, "which", lambda program, path=None: None)
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    found = await use("backup_databases", target="bk")
    assert found.alarms == ("No PostgreSQL database was saved: pg_dump is not installed.",)


async def test_too_little_room_is_said_before_anything_is_written(
    use: Use, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database(work / "app.db")
    real = os.statvfs

    def full(path: str) -> os.statvfs_result:
        values = list(real(path))
        values[4] = 0
        return os.statvfs_result(values)

    monkeypatch.setattr(archives.os, "statvfs", full)
    found = await use("backup_sqlite", paths=["app.db"], target="bk")
    assert "There is no room for a copy of" in found.alarms[0]
    assert list((work / "bk").iterdir()) == []


async def test_what_the_kernel_shows_as_files_is_not_packed(
    use: Use, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "src" / "proc").mkdir(parents=True)
    (work / "src" / "proc" / "kcore").write_text("without end")
    monkeypatch.setattr(backup_directory, "_virtual", lambda: {str(work / "src" / "proc")})
    await use("backup_directory", path="src", target="bk")
    (archive,) = (work / "bk").iterdir()
    with tarfile.open(fileobj=io.BytesIO(unpacked(archive))) as tar:
        assert sorted(tar.getnames()) == ["src", "src/proc"]


async def test_a_database_that_is_written_all_the_time_is_copied_once(
    use: Use, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = database(work / "app.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("insert into t values (zeroblob(20000000))")
    real, steps = Walk.check, []

    def write_meanwhile(walk: Walk) -> None:
        real(walk)
        steps.append(1)
        if len(steps) < 20:
            with closing(sqlite3.connect(path)) as writer, writer:
                writer.execute("insert into t values (-1)")

    monkeypatch.setattr(Walk, "check", write_meanwhile)
    found = await use("backup_sqlite", paths=["app.db"], target="bk")
    (copy,) = (work / "bk").iterdir()
    (work / "plain.db").write_bytes(unpacked(copy))
    with closing(sqlite3.connect(work / "plain.db")) as connection:
        assert connection.execute("select count(*) from t").fetchone() == (4,)
    assert found.alarms == ()
