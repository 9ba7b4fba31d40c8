"""The documents say what the program is: no more, no less."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import click
import pytest
from pydantic import BaseModel

from docs import tables
from jobs_tui.cli.main import cli
from jobs_tui.guard.shell_template import render_shell
from jobs_tui.models.config import JobConfig
from jobs_tui.models.end_condition import normalised
from jobs_tui.models.enums import ExecutionStatus, JobStatus
from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.cron import MACROS, parse_cron
from jobs_tui.schedule.spoken import read_moment
from jobs_tui.schedule.words import describe
from jobs_tui.store import home
from jobs_tui.store.settings import Settings
from jobs_tui.tui.actions import all_actions, display
from tests.docs.documents import PAGES, README, ROOT, Command, code_in, commands, table_after

CRON, PROMPTS = ROOT / "docs" / "cron.md", ROOT / "docs" / "prompts.md"
TRIGGERS = ROOT / "docs" / "triggers.md"
THURSDAY = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)
TEXT = "\n".join(page.read_text("utf-8") for page in PAGES)


@pytest.mark.parametrize("page", tables.DOCUMENTS, ids=lambda page: page.name)
def test_tables_are_those_of_the_program(page: Path) -> None:
    """Run ``make docs`` when this fails."""
    text = page.read_text("utf-8")
    assert text == tables.written(text)


def test_every_table_has_its_place() -> None:
    assert {found[1] for found in re.finditer(r"<!-- begin (\w+) -->", TEXT)} == set(tables.BLOCKS)


def test_every_option_that_is_named_exists() -> None:
    known = {"--help", "-h", "--snapshot-update"}
    for _, command, _ in tables.commands():
        for option in tables.options(command):
            known |= {*option.opts, *option.secondary_opts}
    own = [text for text in code_in(TEXT) if re.fullmatch(r"--?[a-z]\S*", text)]
    named = {part.partition("=")[0] for text in own for part in text.split("/")}
    foreign = {"--noprofile", "--norc", "-e"}  # of bash
    assert named - known - foreign == set()
    assert {"--follow", "--overlap", "-p", "-n"} <= named  # the search finds what is there


def test_every_variable_that_is_read_or_set_is_documented_and_no_other() -> None:
    variable = re.compile(r"\bJOBS_TUI_[A-Z_]*[A-Z]\b")
    known = {f"JOBS_TUI_{name.upper()}" for name in Settings.model_fields}
    for source in (ROOT / "jobs_tui").rglob("*.py"):
        known |= set(variable.findall(source.read_text("utf-8")))
    assert set(variable.findall(TEXT)) == known


def test_every_file_of_a_home_is_documented() -> None:
    documented = "\n".join(row[0] for row in table_after(README, "### Files"))
    names = re.findall(r'self\.data / f?"([\w.-]+)', Path(home.__file__).read_text("utf-8"))
    assert "jobs.db" in names
    assert [name for name in names if name not in documented] == []


def test_every_key_that_is_named_exists() -> None:
    known = {display(key) for _, action in all_actions() for key in action.keys}
    tour = README.read_text("utf-8").partition("**The command line.**")[0]
    keys = {code for code in code_in(tour.partition("**The screen.**")[2]) if " " not in code}
    assert keys >= {"D", "r", "n", "?"}
    assert keys <= known


def config_keys(model: type[BaseModel] = JobConfig, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """``retry.delay``, 5.0 for every key there is."""
    for name, field in model.model_fields.items():
        kinds = (field.annotation, *get_args(field.annotation))
        inner = [one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)]
        if inner:
            yield from config_keys(inner[0], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field.default


def test_every_key_of_config_is_documented() -> None:
    rows = table_after(README, "### Keys of `config`")
    documented = {code_in(name)[0]: default.strip("`") for name, default, _ in rows}
    expected = dict(config_keys())
    assert documented.keys() == expected.keys()
    for name, default in expected.items():
        if isinstance(default, int | float | str):
            number = isinstance(default, int | float)
            assert documented[name] == (f"{default:g}" if number else default)


def test_every_state_is_documented_with_its_meaning() -> None:
    rows = table_after(README, "### States")
    jobs = {code_in(state)[0] for state, _ in rows}
    assert jobs <= {str(status) for status in JobStatus}
    runs = table_after(README, "| `archived` | deleted, can be restored |")
    assert {code_in(state)[0]: meaning for state, meaning in runs} == {
        str(status): status.sentence for status in ExecutionStatus
    }


@pytest.mark.parametrize(("example", "words"), table_after(CRON, "## Examples"))
def test_cron_examples_mean_what_is_said(example: str, words: str) -> None:
    assert describe(parse_cron(example.strip("`"))) == words


@pytest.mark.parametrize(("example", "why"), table_after(CRON, "## What is refused"))
def test_cron_refusals_say_what_is_said(example: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(why)):
        parse_cron(example.strip("`"))


@pytest.mark.parametrize(("text", "words"), table_after(TRIGGERS, "07:30 in Berlin:"))
def test_times_are_read_as_is_said(text: str, words: str) -> None:
    found = read_moment(text.strip("`"), ZoneInfo("Europe/Berlin"), THURSDAY)
    assert found.words.partition(" (")[0] == words


@pytest.mark.parametrize(("text", "why"), table_after(TRIGGERS, "is refused, and nothing is kept:"))
def test_times_that_are_refused_say_why(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(why)):
        read_moment(text.strip("`"), ZoneInfo("Europe/Berlin"), THURSDAY)


def test_ends_on_the_command_line_are_those_of_the_api() -> None:
    rows = table_after(TRIGGERS, "holds is enough.")
    assert len(rows) > 5
    for typed, sent, _ in rows[:-1]:
        assert normalised(code_in(typed)[0]) == normalised(json.loads(code_in(sent)[0]))


def test_all_macros_are_documented() -> None:
    assert set(re.findall(r"`(@\w+)`", CRON.read_text("utf-8"))) >= set(MACROS)


@pytest.mark.parametrize(("script", "source"), table_after(PROMPTS, "## Values are never code"))
def test_prompts_become_what_is_said(script: str, source: str) -> None:
    assert render_shell(code_in(script)[0], {"v": 7}).source == code_in(source)[0]


@pytest.mark.parametrize(
    ("script", "way_out"), table_after(PROMPTS, "the job is saved, with the line and the way\nout:")
)
def test_prompts_that_are_refused_have_a_way_out(script: str, way_out: str) -> None:
    with pytest.raises(InvalidInput):
        render_shell(code_in(script)[0], {"v": "x"})
    assert render_shell(code_in(way_out)[0], {"v": "x"}).env


def parse(arguments: list[str]) -> None:
    """Read a command line as the program does, without running it."""
    command: click.Command = cli
    context, rest = (
        click.Context(cli, info_name="jobs-tui", **cli.context_settings),
        list(arguments),
    )
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        if found is None:
            raise click.UsageError(f"no command {rest[0]}")
        command = found
        context = click.Context(command, parent=context, info_name=rest.pop(0))
    command.make_context(context.info_name, rest, parent=context.parent)


@pytest.mark.parametrize(
    "command",
    [command for command in commands() if command.text.startswith("jobs-tui ")],
    ids=lambda command: f"{command.page}: {command.text[:40]}",
)
def test_commands_that_a_reader_types_are_read(command: Command) -> None:
    words = shlex.split(command.text)
    parse(words[1 : words.index(">") if ">" in words else None])
    if "--cron" in words:
        parse_cron(words[words.index("--cron") + 1])


def test_a_command_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(click.UsageError):
        parse(["run", "job", "--nonsense"])
    with pytest.raises(click.UsageError):
        parse(["cron", "previous"])


def test_make_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {command.text.split()[1] for command in commands() if command.text.startswith("make ")}
    named |= {text.split()[1] for text in code_in(TEXT) if re.match(r"make [a-z]+", text)}
    assert named >= {"run", "test", "check"}
    assert named - {"or"} <= targets


def test_pictures_and_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
