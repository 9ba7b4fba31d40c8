"""Forms of the tools that look at the machine: health, disk space, processes, services."""

from __future__ import annotations

import re
from typing import Any

from jobs_tui.agents.ops import common
from jobs_tui.agents.ops.form import Filled, Form, Unfit, plain
from jobs_tui.agents.ops.reading import Found, Reading
from jobs_tui.agents.ops.words import ABOVE, BELOW, FILLER, at_the_limit, lemma

_USE = r"(?: (?:usage|use|utili[sz]ation|consumption|pressure|percentage|level|fullness))?"
_METRICS = {
    "cpu_percent": rf"(?:total |overall |average )?(?:cpus?|processors?)(?: load)?{_USE}",
    "memory_percent": rf"(?:used )?(?:memory|ram|mem){_USE}",
    "swap_percent": rf"swap(?: space| memory)?{_USE}",
    "disk_percent": r"(?:(?:any|root|all|every|each|some|one|used) (?:of )?)?"
    r"(?:disks?|filesystems?|drives?|volumes?|partitions?|storage)(?: space)?" + _USE,
    "load_per_core": r"(?:system )?load(?: average| avg)?(?: per (?:core|cpu))?",
}
_SHARES = "|".join(pattern for name, pattern in _METRICS.items() if name != "load_per_core")
_LIST = rf"(?:{_SHARES})(?: (?:and |or |and or )?(?:{_SHARES}))*"
_DISK = _METRICS["disk_percent"]
_FULL = r"(?: (?:full|used|busy|in use|of capacity|utili[sz]ed|usage|occupied))?"
_FREE = r"(?:free|available|left|remaining|unused)"
_VERB = r"(?:(?:should|must|has to|needs to|may|can|will) )?(?:(?:be|stay|remain|is|are|go|goes|has|have|with|there is) )?"
_OR_SO = {
    "above": r"(?:or|and) (?:more|higher|above|over|greater)",
    "below": r"(?:or|and) (?:less|lower|below|under|fewer)",
}
_OR_SO |= {f"free-{side}": words for side, words in _OR_SO.items()}
_USED = r"(?<!free )(?<!available )(?<!remaining )(?<!unused )"
"""Before a metric: what follows is its use, and not what is free of it."""
_LIMIT = r"(?:threshold|limit|max|maximum)(?: of| is| at)?"


def _limits(reading: Reading, metrics: str, thing: str) -> list[tuple[Found, str]]:
    """Each ``METRIC above VALUE`` in the words people use, and whether it says above or below.

    Args:
        metrics: the pattern of the metrics, a list of them or one.
        thing: the kinds of things that are a value.
    """
    found: list[tuple[Found, str]] = []
    mark = f"{{{thing}}}"
    for side, words in (("free-below", BELOW), ("free-above", ABOVE)):
        for pattern in (
            rf"{metrics} {_VERB}{words} {mark}(?: of)?(?: space)? {_FREE}(?: space)?",
            rf"{_FREE} {metrics} {_VERB}{words} {mark}",
            rf"{metrics} {_FREE} {_VERB}{words} {mark}",
            rf"{words} {mark}(?: of)?(?: {_FREE})? {metrics}(?: is| are)? {_FREE}",
            rf"{words} {mark}(?: of)? {_FREE} {metrics}",
            rf"(?:{_FREE} {metrics}|{metrics} {_FREE}) {_VERB}(?:at )?{mark} {_OR_SO[side]}",
        ):
            found += [(one, side) for one in reading.take_all(pattern)]
    for side, words in (("above", ABOVE), ("below", BELOW)):
        for pattern in (
            rf"{metrics} {_VERB}{words} {mark}{_FULL}",
            rf"{words} {mark}(?: of)? {metrics}(?: is| are| being)?{_FULL}",
            rf"{_USED}{metrics} {_VERB}(?:at )?{mark}{_FULL} {_OR_SO[side]}",
        ):
            found += [(one, side) for one in reading.take_all(pattern)]
    for pattern in (
        rf"{_USED}{metrics} {_LIMIT} {mark}",
        rf"{mark} {metrics} {_LIMIT}",
        rf"{_USED}(?:{_LIMIT} )?(?:for |of )?{metrics} (?:at |of |is |is at |= )?{mark}{_FULL}",
    ):
        found += [(one, "above") for one in reading.take_all(pattern)]
    return found


def _used_above(side: str, value: float, mode: str, what: str) -> float:
    """The limit of use above which it is an alarm. Raises Unfit when it is the other way round."""
    if side.startswith("free"):
        value, side = 100 - value, "above" if side == "free-below" else "below"
    if value < 0 or value > 100:
        raise Unfit(f"{what} cannot be compared with {plain(value)} per cent.", 1.0)
    if (side, mode) in (("above", "ensure"), ("below", "alert")):
        raise Unfit(f"{what} can be watched for being above a limit, not below one.", 1.0)
    return value


def _note(arguments: dict[str, Any], name: str, found: Found, side: str) -> None:
    """Keep that a limit is an alarm when it is just reached, if its words say so."""
    if at_the_limit(found.text, wanted=side in ("below", "free-above")):
        arguments["reached"] = [*arguments.get("reached", []), name]


def _health(reading: Reading) -> Filled:
    mode = common.mode(reading)
    arguments: dict[str, Any] = {}
    for found, side in _limits(reading, _LIST, "percent|number"):
        value = found.tokens[-1].number
        for name, pattern in _METRICS.items():
            if name != "load_per_core" and re.search(rf"(?<!\S){pattern}(?!\S)", found.text):
                title = name.removesuffix("_percent").replace("cpu", "CPU").capitalize()
                title = "CPU" if title == "Cpu" else title
                arguments[name] = plain(_used_above(side, value, mode, title))
                _note(arguments, name, found, side)
    if not arguments and (
        any_of := reading.take(
            rf"(?:any|either|one|it|both|each|they)(?: of (?:them|these))? (?:is |are |goes |gets )?{ABOVE} {{percent}}{_FULL}"
        )
    ):
        value = _used_above("above", any_of.tokens[-1].number, mode, "Each")
        for name, pattern in _METRICS.items():
            if name != "load_per_core" and reading.has(pattern):
                arguments[name] = plain(value)
                _note(arguments, name, any_of, "above")
    load = _METRICS["load_per_core"]
    for found, side in _limits(reading, load, "number"):
        if "per" not in found.text:
            raise Unfit(
                "Load is compared per core: say “load per core above 1.5” for a machine that has"
                " half as much again to do as it has cores.",
                1.0,
            )
        if (side, mode) in (("above", "ensure"), ("below", "alert")):
            raise Unfit("Load can be watched for being above a limit, not below one.", 1.0)
        arguments["load_per_core"] = plain(found.tokens[-1].number)
        _note(arguments, "load_per_core", found, side)
    return Filled([arguments], evidence=0.9 if arguments else 0.0)


def _space(reading: Reading) -> Filled:
    mode = common.mode(reading)
    arguments: dict[str, Any] = {}
    where = r"(?: (?:of|on|in|at|for|under) (?:{path|host} and )*{path})?"
    on_path = rf"(?:{_DISK}{where}|(?:of |on |in |for )?{{path}}{_USE})"
    paths = []
    nothing_else = r"(?:free )?(?:disk )?(?:space|room)" + where
    metrics = rf"(?:{on_path}|{nothing_else})"
    for found, side in _limits(reading, metrics, "percent"):
        paths += [token.raw for token in found.tokens if token.kind == "path"]
        value = next(token.number for token in found.tokens if token.kind == "percent")
        freed = "free" in found.text.split() and not side.startswith("free")
        side = f"free-{side}" if freed else side
        arguments["disk_percent"] = plain(_used_above(side, value, mode, "Disk"))
        _note(arguments, "disk_percent", found, side)
    for words, says in ((BELOW, "below"), (ABOVE, "above")):
        for pattern in (
            rf"{_VERB}{words} {{percent|size}}(?: of)?(?: disk)?(?: space| room)?"
            rf"(?: (?:is|are))? {_FREE}(?: space)?",
            rf"{_VERB}{words} {{percent|size}}(?: of)? {_FREE}(?: disk)?(?: space)?",
            rf"(?:{metrics} )?{_VERB}{_FREE}?(?: space)? ?{_VERB}{words} {{size}}(?: {_FREE})?",
        ):
            for found in reading.take_all(pattern):
                if not re.search(
                    r"\b(?:free|available|left|remain\w*|unused|room|space)\b", found.text
                ):
                    reading.give_back(found)
                    continue
                paths += [token.raw for token in found.tokens if token.kind == "path"]
                token = next(one for one in found.tokens if one.kind in ("percent", "size"))
                if token.kind == "percent":
                    limit = _used_above(f"free-{says}", token.number, mode, "Disk")
                    arguments["disk_percent"] = plain(limit)
                    _note(arguments, "disk_percent", found, f"free-{says}")
                elif (says == "below") == (mode != "ensure"):
                    arguments["free_bytes"] = round(token.number)
                else:
                    raise Unfit("Free space can be watched for being too little only.", 1.0)
    for found in reading.take_all(r"(?:on|of|in|for|under|at|holds?) {path}"):
        paths.append(found.first.raw)
    paths += [token.raw for token in reading.things("path")]
    if "disk_percent" not in arguments and (
        any_of := reading.take(
            rf"(?:(?:any|either|one|it|both)(?: of them)? )?(?:is |are |goes |gets )?{ABOVE} {{percent}}{_FULL}"
        )
    ):
        value = any_of.tokens[-1].number
        arguments["disk_percent"] = plain(_used_above("above", value, mode, "Disk"))
        _note(arguments, "disk_percent", any_of, "above")
    known = reading.has(_DISK) or reading.has(r"(?:free|disk|enough) (?:space|room)")
    calls = [{"path": path, **arguments} for path in dict.fromkeys(paths)] or [arguments]
    return Filled(calls, evidence=0.9 if known or arguments else 0.0)


_NOT_NAMES = frozenset(
    [
        "system",
        "server",
        "machine",
        "disk",
        "website",
        "site",
        "port",
        "process",
        "service",
        "health",
        "cpu",
        "memory",
        "load",
        "file",
        "log",
        "repository",
        "directory",
        "database",
        "backup",
        "host",
        "cert",
        "something",
        "anything",
        "nothing",
        "error",
        "job",
        "run",
        "report",
        "swap",
        "space",
        "uncommitted",
        "change",
        "git",
        "old",
        "big",
        "url",
        "page",
        "link",
        "api",
        "http",
        "https",
        "network",
        "internet",
        "web",
        "open",
        "reach",
        "that",
        "what",
        "who",
        "there",
        "and",
        "or",
        "not",
        "up",
        "down",
        "check",
        "everyone",
        "status",
    ]
)


def _names(found: Found) -> list[str]:
    return [token.raw for token in found.listed]


def is_name(word: str) -> bool:
    """Whether a word can be what somebody called a service, a process or a host."""
    return word.lower() not in FILLER and lemma(word) not in _NOT_NAMES


def _all_names(found: Found) -> bool:
    return all(is_name(name) for name in _names(found))


_MANY = r"{name}(?: (?:and |or )?{name})*?"
_RUNS = r"(?:running|active|up|alive|started|online|working|healthy|okay|ok|fine|there)"
_DEAD = (
    r"(?:down|inactive|dead|stopped|failed|crashed|not running|not active|not up|not alive|"
    r"not started|not working|not online|gone|stops|fails|crashes|dies)"
)
_STILL = r"(?: (?:still|currently|actually|always|both|all|really|even|up and))*"


def _subject(noun: str) -> tuple[str, ...]:
    """How a thing of some nouns is named; the names are groups."""
    return (
        rf"(?:systemd )?(?:{noun}) (?:named |called |like |matching )?{{name}}(?: (?:and |or )?{{name}})*",
        rf"{{name}}(?: (?:and |or )?{{name}})* (?:{noun})",
    )


def _state(reading: Reading, subject: str) -> tuple[list[str], bool]:
    """Names whose state is asked about, and whether they are expected to run."""
    mode = common.mode(reading)
    names: list[str] = []
    runs = True
    for expected, state in ((False, _DEAD), (True, _RUNS)):
        for pattern in (
            rf"(?:is|are) {subject}(?: service| process| daemon)?{_STILL} {state}",
            rf"{subject}(?: service| process| daemon)? (?:is|are|stays|be|has|keeps){_STILL} {state}",
            rf"{subject}(?: service| process| daemon)?{_STILL} {state}",
        ):
            for found in reading.take_all(pattern, _all_names):
                names += _names(found)
                if expected == (mode == "alert"):
                    runs = False
    return names, runs


def _service(reading: Reading) -> Filled:
    noun = r"(?:user )?(?:services?|daemons?|units?)"
    user = reading.has(r"user (?:services?|units?|daemons?)")
    names: list[str] = []
    runs = True
    for subject in (rf"{noun} {_MANY}", rf"{_MANY} {noun}", _MANY):
        more, as_hoped = _state(reading, subject)
        names, runs = names + more, runs and as_hoped
    evidence = 0.8 if names else 0.0
    patterns = (
        *_subject(noun),
        rf"status of {_MANY}",
        rf"{_MANY} status",
        r"systemctl status {name}",
    )
    for pattern in patterns:
        for found in reading.take_all(pattern, _all_names):
            names += _names(found)
            evidence = max(evidence, 0.9)
    names += [token.raw for token in reading.things("unit")]
    if not names:
        if reading.has(r"(?:services?|daemons?|units?)"):
            raise Unfit("Service status needs the name of a service: “is nginx running?”.", 0.0)
        raise Unfit("", 0.0)
    if not runs:
        raise Unfit(
            "Service status can watch for services that do not run, not for running ones.", 1.0
        )
    arguments: dict[str, Any] = {"services": list(dict.fromkeys(names))}
    return Filled([{**arguments, "user": True} if user else arguments], evidence=evidence)


_MOST = r"(?:most|top|biggest|largest|heaviest|highest|hungriest|greediest|busiest)"
_BY = {"memory": r"(?:memory|ram|mem)", "cpu": r"(?:cpu|processor)(?: time)?"}


def _processes(reading: Reading) -> Filled:
    arguments: dict[str, Any] = {}
    evidence = 0.0
    for pattern in (
        rf"(?:top|first|{_MOST}) {{number}}(?: {_MOST})?",
        rf"{{number}} (?:{_MOST} )?(?=(?:\w+ )?(?:process|task|program|consumer|hog))\w+",
        rf"{{number}} {_MOST}",
    ):
        if found := reading.take(pattern):
            arguments["limit"] = plain(found.first.number)
            break
    for name, pattern in _BY.items():
        if reading.take(
            rf"(?:(?:sorted |ordered |ranked )?by |{_MOST} (?:of )?(?:the )?|(?:in )?terms of )?"
            rf"{pattern}{_USE}(?: (?:hogs?|consumers?|eaters?|usage|hungry))?"
        ):
            arguments.setdefault("sort", name)
    noun = r"(?:process(?:es)?|programs?)"
    must = False
    for subject in (rf"{noun} (?:named |called )?{{name}}", rf"{{name}} {noun}"):
        names, runs = _state(reading, subject)
        if names:
            if not runs or len(names) > 1:
                raise Unfit("Processes can watch that one process runs, not that it does not.", 1.0)
            arguments["name"], must = names[0], True
    if "name" not in arguments:
        for found in reading.take_all(
            rf"{noun} (?:named|called|like|matching|of|with name) {{name}}", _all_names
        ):
            arguments["name"] = found.first.raw
    if must:
        arguments["must_run"] = True
    if reading.has(noun):
        evidence = 0.8 if arguments else 0.0
    return Filled([arguments], evidence=evidence)


SYSTEM_HEALTH = Form(
    _health,
    "system health machine cpu memory swap disk load average usage threshold percent resource"
    " overall general performance condition up uptime state",
    ("check system health and alert if CPU > 80%", "alert me when memory is above 90 percent"),
)
DISK_SPACE = Form(
    _space,
    "disk space free full room enough available filling run out of usage left remaining mount mounted low",
    ("is there enough disk space on /var?", "warn if less than 10 GB are free on /"),
)
PROCESSES = Form(
    _processes,
    "process top most cpu memory usage consume busy big hungry hog consumer running active current",
    ("top 5 processes by memory",),
)
SERVICE_STATUS = Form(
    _service,
    "service systemd status running active state enabled healthy",
    ("is nginx running?", "check that service ssh is active"),
)
