"""Forms of the tools that look at files: sizes, clean-up, logs, repositories."""

from __future__ import annotations

import re
from typing import Any

from jobs_tui.agents.ops import common
from jobs_tui.agents.ops.form import Filled, Form, Unfit, plain
from jobs_tui.agents.ops.reading import Reading
from jobs_tui.agents.ops.things import FILES
from jobs_tui.agents.ops.words import ABOVE, BELOW

IN = r"(?:in|under|below|inside|of|on|at|from|for|within|beneath|across|through)"
_NOUN = r"(?:directory|directories|folders?|dirs?|trees?|path)"
_BIG = r"(?:biggest|largest|heaviest|fattest|hugest|most space-consuming|top)"


def _paths(reading: Reading, kinds: str = "path") -> list[str]:
    """Paths that nothing has taken, in order, each once; with the preposition before each."""
    found = [one.first.raw for one in reading.take_all(rf"(?:{IN} )?(?:{_NOUN} )?{{{kinds}}}")]
    return list(dict.fromkeys([*found, *(token.raw for token in reading.things(kinds))]))


def _usage(reading: Reading) -> Filled:
    mode = common.mode(reading)
    arguments: dict[str, Any] = {}
    for pattern in (
        rf"{{number}} {_BIG}",
        rf"{_BIG} {{number}}",
        r"{number} (?=files|director|folders)\w+",
    ):
        if found := reading.take(pattern):
            arguments["limit"] = plain(found.first.number)
            break
    if reading.take(r"(?:down to |to )?(?:a )?(?:depth|level) (?:of )?{number}"):
        raise Unfit("Disk usage tells a depth as “2 levels deep”.", 1.0)
    if found := reading.take(r"{number} levels?(?: deep| down)?"):
        arguments["depth"] = plain(found.first.number)
    for words, above in ((ABOVE, True), (BELOW, False)):
        for found in reading.take_all(
            rf"(?:(?:is|are|be|gets?|grows?|has|takes?) )?{words} {{size}}"
        ):
            if above == (mode == "ensure") or (not above and mode == "alert"):
                raise Unfit("Disk usage can watch for a tree that is too big only.", 1.0)
            arguments["max_bytes"] = round(found.first.number)
    if reading.has(r"files?") and not reading.has(_NOUN):
        arguments["files"] = True
    paths = _paths(reading)
    if not paths:
        raise Unfit("Disk usage needs a directory: “disk usage of /var”.")
    biggest = reading.has(_BIG) and reading.has(rf"files?|{_NOUN}")
    sized = reading.has(r"how (?:big|large)|sizes?|takes?(?: up)?|(?:disk )?usage|space")
    return Filled(
        [{"path": path, **arguments} for path in paths],
        evidence=0.9 if biggest or sized or "max_bytes" in arguments else 0.0,
    )


_GO = r"(?:delete|remove|erase|purge|wipe|prune|clean|clear|deletes|removes|cleanup)"
_GOING = r"(?:deleting|removing|erasing|purging|cleaning|touching|changing)"
_THEM = r"(?:them|it|anything|any|these|those|any of them|files|any files|all|all of them)"
_DRY = (
    r"dry[ -]?run(?: (?:only|first|on|true|mode|please))?",
    rf"(?:but )?(?:do not|never|without|not) (?:actually |really |yet )*(?:{_GO}|{_GOING})(?: {_THEM})(?: yet)?(?=$)",
    r"(?:only|just) (?:show|list|say|tell|report|count|preview|simulate)(?: me)?(?: which| what)?"
    rf"(?: (?:would|could|will) be {_GO}d?)?",
    r"(?:what|which(?: files)?) (?:would|could|will) (?:be )?(?:deleted|removed|cleaned|go)",
    r"(?:preview|simulate|simulation|pretend)(?: only)?",
)
_REAL = (
    rf"(?:for real|really|permanently|actually|definitely|truly)(?: (?:please|do|to|and))*"
    rf" (?:{_GO}|do it|do so|do)(?: (?:them|it|those))?",
    rf"(?:do )?{_GO}(?: (?:them|it|those))? (?:for real|for good|really|permanently|forever)",
    r"(?:and )?(?:for real|for good|permanently|i mean it|really do it|really)",
    r"(?:no|not|without|disable|skip|not as)(?: an?| any| the)? dry[ -]?run",
    r"dry[_ -]?run (?:is |= |: )?(?:off|false|no|disabled)",
    r"(?:turn|switch) (?:off )?dry[ -]?run(?: off)?",
)
_ANY_FILES = frozenset(
    [
        "old",
        "older",
        "all",
        "any",
        "these",
        "those",
        "temporary",
        "temp",
        "tmp",
        "stale",
        "the",
        "unused",
        "such",
        "matching",
        "of",
        "and",
    ]
)


def _clean(reading: Reading) -> Filled:
    arguments: dict[str, Any] = {}
    real = dry = False
    for pattern in _REAL[3:]:
        real = bool(reading.take_all(pattern)) or real
    for pattern in _DRY:
        dry = bool(reading.take_all(pattern)) or dry
    for pattern in _REAL[:3]:
        real = bool(reading.take_all(pattern)) or real
    if real and dry:
        raise Unfit("It says both to delete and not to delete.", 1.0)
    for pattern in (
        r"(?:(?:that|which) )?(?:(?:is|are|was|were|have|has|been) )*(?:older than|over|more than|"
        r"at least|aged|after|older|untouched for|unchanged for|unmodified for|> |>= |"
        r"(?:last )?(?:modified|changed|touched|written)(?: more than| over| at least| before)*|"
        r"not (?:been )?(?:changed|modified|touched|written)(?: for| in| since| within)?"
        r"(?: more than| over| at least| the)?(?: last| past)?)"
        r" {duration}(?: ago| old| of age)?",
        r"{duration}(?: old)? (?:or|and) (?:older|more)",
        r"{duration} old",
        r"(?:keep|keeping|retain|leave)(?: only)? (?:last|latest|newest|most recent|past) {duration}"
        r"(?: of (?:files|logs))?",
        r"(?:older|age|aged|than) (?:than )?{duration}",
    ):
        if found := reading.take(pattern):
            arguments["older_than_days"] = plain(found.first.number / 86_400)
            break
    for pattern in (
        r"(?:(?:and|or) )?(?:(?:that|which|is|are) )*(?:larger|bigger|greater|heavier|more|over|above|at least)"
        r"(?: than)? {size}",
        r"(?:>|>=) {size}",
        r"{size} (?:or|and) (?:larger|bigger|more)",
    ):
        if found := reading.take(pattern):
            arguments["min_bytes"] = round(found.first.number)
            break
    if reading.take(
        r"(?:(?:and|also|with|including|plus|then|the) )*(?:remove |delete |clean )?(?:empty|emptied) "
        rf"{_NOUN}(?: too| as well| left behind| afterwards)?"
    ):
        arguments["empty_directories"] = True
    paths, patterns = _trees(reading)
    patterns += _endings(reading)
    if patterns:
        arguments["patterns"] = list(dict.fromkeys(patterns))
    if not paths:
        raise Unfit(
            "Clean up files needs a directory: “delete files in /tmp/x older than 30 days”."
        )
    if "older_than_days" not in arguments:
        raise Unfit(
            "Clean up files needs an age: “older than 30 days”.",
            0.8 if reading.has(_GO) else 0.0,
        )
    if real:
        arguments["dry_run"] = False
    note = (
        "The files are deleted: the prompt says so."
        if real
        else "Dry run: nothing is deleted. Write “really delete them” into the prompt to delete."
    )
    return Filled(
        [{"path": path, **arguments} for path in paths], evidence=0.0, strict=True, note=note
    )


def _trees(reading: Reading) -> tuple[list[str], list[str]]:
    """Directories, and patterns of names: ``/tmp/x/*.log`` is one of each."""
    paths: list[str] = []
    patterns: list[str] = []
    for text in _paths(reading, "path|glob"):
        if not re.search(r"[*?\[]", text):
            paths.append(text)
            continue
        head, slash, tail = text.rpartition("/")
        if re.search(r"[*?\[]", head):
            raise Unfit(f"Clean up files cannot use {text}: name one directory.", 1.0)
        if slash:
            paths.append(head or "/")
        if tail != "*":
            patterns.append(tail)
    return list(dict.fromkeys(paths)), patterns


def _endings(reading: Reading) -> list[str]:
    """``log files``, ``.csv files``: names by their ending."""
    patterns = []
    for found in reading.take_all(r"\.? ?{name} files?"):
        word = found.first.raw.lower().lstrip(".")
        if word in FILES and word not in _ANY_FILES:
            patterns.append(f"*.{word}")
            if word == "log":
                patterns.append("*.log.*")
        else:
            reading.give_back(found)
    if reading.has(r"logs?") and not patterns:
        reading.take_all(r"(?:old )?logs?")
        patterns += ["*.log", "*.log.*"]
    return patterns


_LOOK_FOR = {
    "error": r"\b(error|fatal|critical|panic|exception|traceback|failed|failure)",
    "warning": r"\bwarn(ing)?",
}
_ERRORS = r"(?:errors?|failures?|problems?|exceptions?|tracebacks?|panics?|fatals?|crashes)"
_SAME_DAY = {"hour": 1.0, "day": 24.0, "night": 24.0, "week": 168.0, "month": 720.0}


def _logs(reading: Reading) -> Filled:
    mode = common.mode(reading)
    arguments: dict[str, Any] = {}
    last = r"(?:(?:in|of|over|from|during|within|for|written in|since) )?(?:last|past|previous|recent|preceding)"
    if found := reading.take(rf"{last} {{duration}}"):
        arguments["hours"] = plain(found.first.number / 3600)
    elif found := reading.take(rf"{last} (?:hour|day|night|week|month)"):
        arguments["hours"] = plain(_SAME_DAY[found.text.split()[-1]])
    elif reading.take(r"(?:from |of |since )?(?:today|yesterday)(?: morning)?"):
        arguments["hours"] = 48 if reading.has(r"(?:.* )?yesterday.*") else 24
    for pattern in (
        rf"(?:(?:there )?(?:is|are|has|have|finds?|found|contains?) )*{ABOVE} {{number}}(?: (?:{_ERRORS}|lines?|matches|times|hits|warnings?|occurrences))*",
    ):
        if found := reading.take(pattern):
            least = int(found.first.number)
            reached = re.search(r">=|at least|no less|not less|reach|hit|at or", found.text)
            arguments["max_matches"] = max(0, least - 1) if reached else least
    for pattern in (
        r"(?:show|with|list|print)?(?: me)?(?: last| first| up to)? ?{number} (?:examples?|samples?|lines?)",
    ):
        if found := reading.take(pattern):
            arguments["examples"] = plain(found.first.number)
    quoted = reading.take(
        r"(?:(?:for|containing|contains?|matching|with|mention(?:s|ing)?|of|the|word|text|string|phrase|pattern|regex|regexp|lines?) )*{quoted}"
    )
    if quoted:
        raw = quoted.first.raw
        arguments["pattern"] = raw if re.search(r"regexp?", quoted.text) else _literally(raw)
    else:
        wanted = _looked_for(reading)
        if wanted:
            arguments["pattern"] = wanted
    missing = reading.take_all(
        r"(?:is|are|was) (?:missing(?: (?:in|from))?|not (?:found|there|in)|absent(?: from)?)"
    )
    if missing and quoted and mode == "alert":
        arguments["min_matches"] = 1
    elif mode == "alert" and "max_matches" not in arguments:
        arguments["max_matches"] = 0
    if (
        reading.take(
            r"(?:there )?(?:are|is|has|have|finds?)? ?(?:no|any|zero|without) (?:new )?(?:errors?|matches)"
        )
        and mode == "ensure"
    ):
        arguments["max_matches"] = 0
    reading.take_all(
        r"(?:(?:there )?(?:is|are|it finds|you find|we find|any are|is any) )?(?:any )?(?:found|appears?|shows? up|occurs?|exists?|seen)"
    )
    paths = _paths(reading, "path|glob|file")
    if not paths:
        raise Unfit("Log scan needs files: “scan /var/log/*.log for errors”.")
    logs = reading.has(r"logs?|scan|grep|search|lines?") or any(
        ".log" in one or "/log" in one for one in paths
    )
    looks = reading.has(rf"{_ERRORS}|warnings?") or "pattern" in arguments
    return Filled(
        [{"paths": paths, **arguments}], evidence=0.9 if logs and looks else 0.0, strict=False
    )


def _literally(text: str) -> str:
    """As a regular expression that people can read: ``re.escape`` would escape blanks as well."""
    return re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)


def _looked_for(reading: Reading) -> str | None:
    """A regular expression for the words that follow ``for``; None for the tool's own of errors."""
    errors = bool(
        reading.take_all(
            rf"(?:for |with |of |about |any |new )*(?:recent )?{_ERRORS}(?: (?:messages?|lines?|entries))?"
        )
    )
    warnings = bool(
        reading.take_all(r"(?:(?:and|or|for) )*warnings?(?: (?:messages?|lines?|entries))?")
    )
    if warnings:
        parts = [_LOOK_FOR["error"]] if errors else []
        return "|".join([*parts, _LOOK_FOR["warning"]])
    if errors:
        return None
    if found := reading.take(
        r"(?:for|containing|mentioning|matching) (?:(?:word|text|string|phrase|lines|with|containing) )*{name}"
    ):
        return _literally(found.first.raw)
    return None


def _git(reading: Reading) -> Filled:
    mode = common.mode(reading)
    arguments: dict[str, Any] = {}
    if found := reading.take(r"{number} levels?(?: deep| down)?"):
        arguments["depth"] = plain(found.first.number)
    dirty = bool(
        reading.take_all(
            r"(?:(?:has|have|is|are|with|no|any|not) )*(?:uncommitted|dirty|unsaved|unstaged|modified|not committed)"
            r"(?: (?:changes?|files?|work|modifications?|edits?))*"
        )
    )
    unpushed = bool(
        reading.take_all(
            r"(?:(?:has|have|is|are|with|or|no|any) )*(?:unpushed|not (?:been )?pushed|ahead)(?: (?:commits?|changes?|work))*"
        )
    )
    behind = bool(
        reading.take_all(
            r"(?:(?:has|have|is|are) )*behind(?: (?:its|their|of|upstream|remote|origin))*"
        )
    )
    clean = bool(reading.take_all(r"(?:(?:is|are|be) )*(?:(?:committed|pushed|clean|and) ?)+"))
    if mode in ("alert", "ensure"):
        both = clean and not (dirty or unpushed or behind)
        if dirty or both:
            arguments["dirty_is_alarm"] = True
        if unpushed or (both and reading.has(r"(?:.* )?pushed.*")):
            arguments["unpushed_is_alarm"] = True
        if behind:
            arguments["behind_is_alarm"] = True
    paths = _paths(reading)
    git = reading.has(r"git|repos?|repositories|repository|checkouts?|clones?")
    calls = [{"path": path, **arguments} for path in paths] or [arguments]
    strong = dirty or unpushed or (git and behind) or (git and (clean or reading.has("status")))
    return Filled(calls, evidence=0.9 if strong else 0.0)


DISK_USAGE = Form(
    _usage,
    "disk usage space directory file big size take up tree consume total under room most storage",
    ("disk usage of /var", "find the 10 biggest directories under /var"),
)
CLEAN_UP_FILES = Form(
    _clean,
    "delete clean up file old directory temporary unused stale recursive recursively subdirectory"
    " subdirectories dry below content contents",
    ("delete files in /tmp/x older than 30 days",),
)
LOG_SCAN = Form(
    _logs,
    "log scan error file line search message entry entries recent new syslog occurrence count find match"
    " contain appear",
    ("scan /var/log/*.log for errors in the last 24 hours",),
)
GIT_STATUS = Form(
    _git,
    "git repository repo status uncommitted change commit branch dirty unpushed committed pushed clean project"
    " working tree copy",
    ("which git repositories in ~/src have uncommitted changes",),
)
