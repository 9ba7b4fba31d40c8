"""Plain English as far as operations need it: which words mean the same, which mean nothing here.

The tables are language, not tools: what a tool is called by stands in its phrases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_SAME = """
alert: alerts alarm warn warning notify notification complain page ping flag shout raise
analytics: analytic analysis statistics statistic stats stat metrics
answer: answers answering answered respond responds responding response reply replies
archive: archives archived
backup: backups backed
big: bigger biggest large larger largest huge hugest heavy heavier heaviest fat fattest
busy: busiest hungry hungriest greedy greediest
cert: certificate certificates certs tls ssl
clean: cleanup cleaning cleaned tidy tidying delete deletes deleting deleted remove removes
clean: removing removed purge purging prune pruning erase wipe clear clearing clears
consume: consumes consuming consumed eat eats eating take takes taking use uses using used hog hogs
cpu: cpus processor processors
database: databases db dbs
directory: directories dir dirs folder folders
disk: disks disc discs drive drives filesystem filesystems volume volumes partition partitions
error: errors fail fails failed failing failure failures problem problems exception exceptions
expire: expires expired expiring expiry expiration
file: files
health: healthy
host: hosts
job: jobs
load: loads
log: logs logfile logfiles logged journal
machine: system systems server servers box computer node vm instance
memory: mem ram
old: older oldest stale outdated
open: opened opening listen listens listening
page: pages
port: ports
process: processes program programs task tasks
reach: reachable reaches
report: reports reporting summary summaries summarise summarize overview digest
repository: repositories repo repos checkouts checkout clones
run: runs running ran executions execution
scan: scans scanning grep search searching look inspect
service: services daemon daemons unit units
site: sites website websites webpage endpoint endpoints
size: sizes
space: room
status: state states
temporary: temp tmp
uncommitted: dirty unsaved unstaged
up: alive active online
usage: utilization utilisation consumption
valid: validity
"""

_LEMMAS: dict[str, str] = {}
for _line in _SAME.split("\n"):
    _lemma, _, _rest = _line.partition(":")
    for _word in (_lemma, *_rest.split()):
        _LEMMAS.setdefault(_word, _lemma)

_FILLER = """
a an the this that these those my our your their its it me us we i you he she they them there
please kindly just simply also too again now currently right actually really quickly want need
would like could can should will shall may might must have has had let lets is are was were be
been being am do does did get gets got give show tell list print see find check checks checking
verify verifies verifying confirm ensure make sure test tests monitor watch inspect examine
review run perform execute carry out start launch create generate produce build prepare compile
write of to in on at for from by with and or as so than about into under inside within per via
what which who how much many if whether where any all some every each both job task run routine
regular automatic automatically scheduled schedule current full complete thanks thank hello hi
hey ok okay fine good then first second next finally afterwards very more most less least only
local locally here everything
"""
FILLER = frozenset(_FILLER.split())
"""Words that neither ask for a tool nor change what it does."""

_FOREIGN = """
abort activate add alter apply approve assign authorise authorize block book boot bootstrap break
buy call cancel change chmod chown close commit compose configure connect convert copy crack crash
cut deactivate decrypt delay demote deploy destroy detach disable dispatch download draft draw drain
drop dump email enable encrypt enter escalate exit export fetch fill fix flush format forward
halt hack hire hibernate implement import increase initialise initialize insert install invent
invite invoke join kill lock login logout mail mark merge message migrate mine modify mount move
mv obliterate optimise optimize overwrite patch pause pay play poll post publish pull push
put reboot rebase rebuild reconfigure recover redeploy reduce refactor register reinstall reload
rename renew repair replace resize resolve restart restore resume retry revert revoke rewrite rm
rollback rotate rsync sabotage save scale scp sell send sendmail set setup shred shrink shutdown
sign sing slack sleep solve spawn stop store submit subscribe sudo suspend switch
sync synchronise synchronize teach teams terminate throttle transcode transfer transform translate
truncate tune tweet umount undo uninstall unlock unmount update upgrade upload visit vote whatsapp
compare telegram discord sms opsgenie pagerduty webhook jira
"""
FOREIGN = frozenset(_FOREIGN.split())
"""What nothing here does: a request with one of these is not half done, it is refused."""

_NEGATIONS = """
not no never without except excluding exclude besides instead avoid skip refrain neither nor
none nothing unless stop cease ignore ignoring forbid forbidden prevent unlike cannot nobody
"""
NEGATIONS = frozenset(_NEGATIONS.split())
"""Words that turn a request round or cut a piece out of it."""

_CONDITIONS = """
if when whenever unless until while once after before otherwise else
"""
CONDITIONS = frozenset(_CONDITIONS.split())
"""Words that make something depend on something; only alarms may."""

_CONTRACTIONS: Mapping[str, str] = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "dont": "do not",
    "doesnt": "does not",
    "isnt": "is not",
    "cant": "can not",
    "what's": "what is",
    "whats": "what is",
    "let's": "let us",
    "who's": "who is",
    "it's": "it is",
    "that's": "that is",
    "there's": "there is",
    "how's": "how is",
    "i'd": "i would",
    "i'm": "i am",
    "we'd": "we would",
    "gonna": "going to",
    "wanna": "want to",
    "pls": "please",
    "plz": "please",
    "w/o": "without",
    "whichever": "which",
}
JOINED = frozenset({("back", "up"), ("backing", "up"), ("backs", "up"), ("backed", "up")})
JOINED |= {(verb, "up") for verb in ("clean", "cleaning", "tidy", "tidying", "clear", "clearing")}
JOINED |= {("clean", "out"), ("clear", "out"), ("file", "system"), ("file", "systems")}
JOINED |= {("data", "base"), ("data", "bases"), ("web", "site"), ("log", "file"), ("log", "files")}
"""Two words that are one."""
_JOINED_AS: Mapping[str, str] = {
    "back": "backup",
    "backs": "backup",
    "backing": "backup",
    "backed": "backup",
    "file": "filesystem",
    "data": "database",
    "web": "website",
    "log": "log",
}
_DROPPED = """
a an the please kindly my our your their its that just also simply
"""
DROPPED = frozenset(_DROPPED.split())
"""Left out of the text that patterns are looked for in."""


def joined(first: str) -> str:
    """The one word for a pair of JOINED, from its first."""
    return _JOINED_AS.get(first, "clean")


def expand(word: str) -> list[str]:
    """Lower case, contractions written out, no possessive: ``isn't`` is ``is``, ``not``."""
    low = word.lower()
    if low in _CONTRACTIONS:
        return _CONTRACTIONS[low].split()
    if low.endswith("n't"):
        return [low[:-3], "not"]
    if low.endswith("'s"):
        return [low[:-2]]
    return [low.removesuffix("'")]


@lru_cache(maxsize=4096)
def lemma(word: str) -> str:
    """The word that stands for all of its kind: ``folders`` is ``directory``."""
    low = word.lower()
    if low in _LEMMAS:
        return _LEMMAS[low]
    for ending in ("ing", "ed", "es", "s"):
        stem = low.removesuffix(ending)
        if stem != low and len(stem) > 2 and not stem.endswith("s"):
            return _LEMMAS.get(stem) or _LEMMAS.get(stem + "e") or stem
    return low


def content(text: str) -> frozenset[str]:
    """The lemmas of a phrase that carry its meaning."""
    words: list[str] = []
    for word in re.findall(r"[\w'-]+", text):
        words.extend(expand(word))
    merged: list[str] = []
    for word in words:
        if merged and (merged[-1], word) in JOINED:
            merged[-1] = joined(merged[-1])
        else:
            merged.append(word)
    kept = frozenset(lemma(word) for word in merged if word not in FILLER)
    return kept or frozenset(lemma(word) for word in merged)


# Comparing words, as they are said of a number.
ABOVE = (
    r"(?:>=?|(?:is |are |was |goes? |go(?:es)? |gets? |rises? |climbs? |stays? |remains? |being )?"
    r"(?:above|over|beyond|past|more than|greater than|higher than|larger than|bigger than|"
    r"older than|longer than|at least|no less than|not less than|at or above|not below|"
    r"up to or over)|(?:to )?exceeds?|exceeding|exceeded|surpass(?:es)?|reach(?:es|ed)?|hits?|"
    r"cross(?:es)?|tops|passes)"
)
BELOW = (
    r"(?:<=?|(?:is |are |was |goes? |gets? |stays? |remains? |kept |being )?"
    r"(?:below|under|beneath|less than|fewer than|lower than|smaller than|at most|no more than|"
    r"not more than|not over|not above|not exceeding|at or below|within)|"
    r"(?:falls?|drops?|sinks?|dips?) (?:below|under|to)|do(?:es)? not exceed)"
)
_EQUAL = re.compile(
    r"[><]=|=[><]|at least|at most|no (?:less|more)|not (?:less|more|below|above|over|exceed)|"
    r"at or|or over|reach|hit|within|(?:falls?|drops?|sinks?|dips?) to|does not|do not|"
    r"(?:or|and) (?:more|higher|above|over|greater|less|lower|below|under|fewer)"
)


def at_the_limit(text: str, *, wanted: bool) -> bool:
    """Whether a value that is just the limit is an alarm already.

    ``alert at 80 or more`` and ``must stay below 80`` say so, ``alert above 80`` and ``at most
    80`` do not.

    Args:
        text: the words of the comparison.
        wanted: they say what should be, not what should not.
    """
    equal = _EQUAL.search(text) is not None
    return not equal if wanted else equal
