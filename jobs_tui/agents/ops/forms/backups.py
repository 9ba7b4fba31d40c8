"""Forms of the tools that make backups."""

from __future__ import annotations

import re
from typing import Any

from jobs_tui.agents.ops.form import Filled, Form, Unfit, plain
from jobs_tui.agents.ops.forms.machine import is_name
from jobs_tui.agents.ops.reading import Found, Reading

_DATABASE_FILE = re.compile(r"\.(?:db|db3|sqlite|sqlite3)$", re.IGNORECASE)
_KEPT = r"(?:copies|copy|backups?|archives?|versions?|generations?|snapshots?|dumps?|sets?|of (?:them|those|these|each))"
_KEEP = (
    rf"(?:(?:and|but|while|always|then) )*(?:keep|keeping|keeps|retain|retaining|hold|leave|preserve|rotate|rotating|store|storing)"
    rf"(?: (?:only|just|last|latest|newest|most recent|recent|at most|up to|maximum of|max|around|after|with|no more than|not more than))*"
    rf" {{number}}(?: (?:last|latest|newest|most recent|recent|old|older|previous))*(?: {_KEPT})*",
    rf"(?:(?:with|of|last|latest|newest|at most|max|maximum|rotation) )*{{number}} {_KEPT}(?: (?:kept|retained|to keep))?",
)
_FORMATS = {
    "tar.gz": "tar.gz", "tgz": "tar.gz", "gz": "tar.gz", "gzip": "tar.gz", "tar.zst": "tar.zst",
    "zst": "tar.zst", "zstd": "tar.zst", "zstandard": "tar.zst",
}  # fmt: skip
_INTO = r"(?:to|into|onto|towards|->|as a backup in|save(?:d)? (?:to|in|under)|stor(?:e|ed|ing) (?:it|them)? ?(?:in|under|at|to)|(?:writ(?:e|ten|ing)|put|plac(?:e|ed|ing)|sav(?:e|ed|ing))(?: (?:it|them|result|results|copies|archive|archives|dumps))? (?:to|in|into|under|at))"
_IN = re.compile(r"(?:in|under|at|inside|within)\b")
_PLACE = r"(?:(?:directory|folder|dir|target|destination|path|archive|location) )?"


def _target_and_keep(reading: Reading) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for pattern in _KEEP:
        if found := reading.take(pattern):
            arguments["keep"] = plain(found.first.number)
            break
    if found := reading.take(rf"(?:(?:and|then) )?{_INTO} {_PLACE}{{path}}"):
        arguments["target"] = found.first.raw
    return arguments


def _places(found: list[Found], arguments: dict[str, Any]) -> list[str]:
    """What is to be backed up; of ``/srv/www in /backup`` the second place becomes the target."""
    if (
        "target" not in arguments
        and len(found) > 1
        and _IN.match(found[-1].text)
        and not any(_IN.match(one.text) for one in found[:-1])
    ):
        arguments["target"] = found.pop().first.raw
    return list(dict.fromkeys(one.first.raw for one in found))


def _directory(reading: Reading) -> Filled:
    arguments = _target_and_keep(reading)
    packed = reading.take_all(
        r"(?:(?:as|in|using|with|format|a)(?: an?)? )?{name|file}"
        r"(?: (?:archives?|format|compression|file|tarball))?",
        lambda one: one.first.raw.lower() in _FORMATS,
    )
    for found in packed:
        arguments["format"] = _FORMATS[found.first.raw.lower()]
    noun = r"(?:(?:directory|directories|folders?|dirs?|tree|path|files?|contents?|everything|all|data) )*"
    found_places = reading.take_all(
        rf"(?:(?:of|from|in|under|at|and|inside|within) )?{noun}"
        rf"(?:(?:of|from|in|under|inside) )?{{path}}"
    )
    sources = _places(found_places, arguments)
    if any(_DATABASE_FILE.search(one) for one in sources):
        raise Unfit("", 0.0)
    if reading.has(r"(?:.* )?(?:databases?|dbs?|sqlite|postgres(?:ql)?)(?: .*)?"):
        raise Unfit("", 0.0)
    if not sources:
        raise Unfit(
            "Back up a directory needs the path of a directory: “back up /srv/www to /backup”."
        )
    return Filled([{"path": path, **arguments} for path in sources], strict=True)


def _databases(reading: Reading) -> Filled:
    return Filled([_target_and_keep(reading)], strict=True)


def _sqlite(reading: Reading) -> Filled:
    arguments = _target_and_keep(reading)
    paths = _places(
        reading.take_all(r"(?:(?:in|under|of|from|at|and|inside|below|file|files) )*{path|file}"),
        arguments,
    )
    if paths:
        arguments["paths"] = paths
    named = reading.has(r"sqlite3?")
    files = any(_DATABASE_FILE.search(path) for path in paths)
    where = bool(paths) and reading.has(r"(?:databases?|dbs?)")
    if not (named or files or where) or reading.has(r"postgres(?:ql)?|pg_dump"):
        raise Unfit("", 0.0)
    return Filled([arguments], evidence=0.95, strict=True)


def _postgresql(reading: Reading) -> Filled:
    if not reading.has(r"postgres(?:ql)?|pg_dump|pg|psql"):
        raise Unfit("", 0.0)
    arguments = _target_and_keep(reading)
    names: list[str] = []
    if found := reading.take(r"(?:on|at|from|of) (?:(?:host|server) )?{host|endpoint}"):
        host, colon, port = found.first.raw.rpartition(":")
        arguments["host"] = host if colon else found.first.raw
        if colon:
            arguments["port"] = int(port)
    if found := reading.take(r"port {number}"):
        arguments["port"] = plain(found.first.number)
    if found := reading.take(r"(?:as|with|using)(?: (?:user|role))+ {name}"):
        arguments["user"] = found.first.raw
    for found in reading.take_all(
        r"(?:on|at|from) (?:(?:host|server) )?{name}", lambda one: is_name(one.first.raw)
    ):
        arguments.setdefault("host", found.first.raw)
    for pattern in (
        r"(?:databases?|dbs?) (?:named |called )?{name}(?: (?:and )?{name})*?(?= (?:to|into|and keep)|$)",
        r"(?:databases?|dbs?) (?:named |called )?{name}(?: and {name})*",
        r"{name}(?: and {name})* (?:databases?|dbs?)",
    ):
        for found in reading.take_all(pattern, _databases_named):
            names += [token.raw for token in found.listed]
    if names:
        arguments["databases"] = list(dict.fromkeys(names))
    return Filled([arguments], evidence=0.95, strict=True)


_KIND = re.compile(
    r"postgres(?:ql)?|pg|to|into|keep|backup|dump|every|each|all|on|from|and|pg_dump|as|at|with|using|port",
    re.I,
)


def _databases_named(found: Found) -> bool:
    return all(is_name(one.raw) and not _KIND.fullmatch(one.raw) for one in found.listed)


BACKUP_DIRECTORY = Form(
    _directory,
    "backup archive directory copy folder take save compressed tarball contents tree snapshot",
    ("back up /srv/www to /backup and keep 7 copies",),
)
BACKUP_DATABASES = Form(
    _databases,
    "backup database dump save copy copies snapshot machine host existing local",
    ("run daily backup of all databases",),
)
BACKUP_SQLITE = Form(
    _sqlite,
    "backup sqlite sqlite3 database file dump save copy copies snapshot",
    ("back up the sqlite database /srv/app/app.db",),
)
BACKUP_POSTGRESQL = Form(
    _postgresql,
    "backup postgresql postgres pg pg_dump database dump save copy copies snapshot server cluster",
    ("back up the postgresql database orders",),
)
