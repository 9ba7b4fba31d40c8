"""A job that gives its secret away in every way it can, and where it may not be seen."""

from __future__ import annotations

import base64
import re
import sqlite3
import subprocess
import urllib.request
import zlib
from pathlib import Path

import pytest

from tests.e2e.home import LiveHome, wait_for

pytestmark = pytest.mark.e2e

SECRET = "Tr0ub4dor+3/horse<battery"
CODED = base64.b64encode(SECRET.encode()).decode()
FORMS = [SECRET, CODED, SECRET.encode().hex()]
HALVES = [SECRET[:12], SECRET[12:]]
SCRIPT = r"""
echo "plain $PW"
echo "coded $(printf %s "$PW" | base64 -w0)"
printf 'split %s' "${PW:0:12}"; until [ -e "$GO" ]; do read -rt 0.05 <> <(:) || :; done
printf '%s\n' "${PW:12}"
printf 'colours %s\033[01;31m%s\033[m\n' "${PW:0:5}" "${PW:5}"
echo "hex $(printf %s "$PW" | od -An -tx1 -v | tr -d ' \n')"
echo "error $PW" >&2
cat "/nowhere/$PW"
exit 3
"""


def seen(text: bytes | str) -> list[str]:
    """What of the secret is in a text: it, in any form or cut in two, colours left out."""
    raw = text if isinstance(text, bytes) else text.encode()
    raw = re.sub(rb"\x1b\[[0-9;]*m", b"", raw)
    return [form for form in [*FORMS, *HALVES] if form.encode() in raw]


def in_database(path: Path) -> dict[str, list[str]]:
    """Where in a database the secret is seen: tables, and the bytes of its files."""
    found = {file.name: seen(file.read_bytes()) for file in path.parent.glob(f"{path.name}*")}
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    names = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    for (name,) in names:
        for row in connection.execute(f'select * from "{name}"'):
            for value in row:
                data = value if isinstance(value, bytes) else str(value).encode()
                if data[:1] == b"x":  # zlib
                    data = zlib.decompress(data)
                found.setdefault(name, []).extend(seen(data))
    connection.close()
    return {name: forms for name, forms in found.items() if forms}


def command_lines() -> bytes:
    """Of every process of the machine."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes())
        except OSError:
            continue
    return b"\n".join(lines)


def test_a_secret_is_seen_nowhere(home: LiveHome, tmp_path: Path) -> None:
    address = home.serve()
    done = subprocess.run(
        home.argv("secret", "set", "PW"), env=home.env, input=SECRET, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    shown = [done.stdout + done.stderr]
    go = tmp_path / "go"
    job = home.create("leaky", SCRIPT, "--secret", "PW", "--env", f"GO={go}")
    run = home.json("run", "leaky")["execution_id"]
    wait_for("half of a secret", lambda: "coded" in home.command("logs", run).out)
    assert seen(command_lines()) == []
    go.touch()
    wait_for("the end", lambda: home.run_of("leaky", run)["status"] == "failed")

    token = home.command("token", "show").out.strip()
    answers = []
    for path in (f"/{job['id']}", f"/{job['id']}/executions"):
        request = urllib.request.Request(
            f"http://{address}/api/v1/jobs{path}", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            answers.append(answer.read().decode())
    log = home.command("logs", run).out
    shown += [log, str(home.history("leaky")), home.command("show", "leaky").out, *answers]
    assert seen("\n".join(shown)) == []
    assert log.count("***") == 7, log
    assert "***" in answers[1]  # the error, which is the last line of stderr
    assert in_database(home.folder / "jobs.db") == {}
    assert in_database(home.folder / "logs.db") == {}
    home.stop_engine()
    assert in_database(home.folder / "jobs.db") == {}
