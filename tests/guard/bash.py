"""Real bash for the tests of shell templates: a canary that no value may leave behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from jobs_tui.guard.shell_template import ShellRendering, render_shell

CANARY = "pwned"
HOSTILE = (
    '$(touch pwned); "`touch pwned`"',
    "'; touch pwned; '",
    '"; touch pwned; "',
    "`touch pwned`",
    "a[$(touch pwned)]",
    "a[$(touch pwned)]=1",
    "([$(touch pwned)]=1)",
    "x=$(touch pwned)",
    "-va[$(touch pwned)]",
    "-c",
    "-v",
    "$(touch pwned)",
    "${x:=$(touch pwned)}",
    "$((a[$(touch pwned)]))",
    "\ntouch pwned\n",
    "EOF\ntouch pwned\nEOF",
    "E\ntouch pwned\n",
    ") ; touch pwned ; (",
    "}; touch pwned; {",
    "]] ; touch pwned ; [[",
    ";; esac; touch pwned",
    "|touch pwned|",
    "&touch pwned&",
    ">pwned",
    "\\",
    "\\'; touch pwned #",
    '\\"; touch pwned #',
    "* ? [a-z] ~ {a,b}",
    "-n",
    "!",
    "(",
    "touch pwned",
    "\u00e9 \u2028 \U0001f600 %s \\n & # !! $1",
)


def run(
    source: str, env: Mapping[str, str], folder: Path, limit: float = 10
) -> tuple[str, str, int]:
    """Output, errors and status of a script, in an empty folder, as the shell agent runs it."""
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", source],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=limit,
        check=False,
    )
    return (
        done.stdout.decode("utf-8", "surrogateescape"),
        done.stderr.decode("utf-8", "surrogateescape"),
        done.returncode,
    )


def output(script: str, folder: Path, **values: object) -> str:
    """What the rendered script prints; fails when it left the canary."""
    rendering = render_shell(script, values)
    text, _, _ = run(rendering.source, rendering.env, folder)
    assert not (folder / CANARY).exists(), rendering.source
    return text


def is_quiet(rendering: ShellRendering, folder: Path) -> bool:
    """True when the script runs without leaving the canary (whatever it prints)."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        run(rendering.source, rendering.env, folder, 2)
    left = (folder / CANARY).exists()
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
    return not left
