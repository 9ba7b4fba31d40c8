"""What a value may do as a word of one simple command (PROTOTYPES D, refusals and warnings).

bash evaluates some arguments a second time: as code, as a variable's name (whose subscript may
run a command) or as arithmetic. No quoting helps there, so a value is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobs_tui.guard.shell_lexer import EXPANSION, HOLE, Word

if TYPE_CHECKING:
    from jobs_tui.guard.shell_commands import ShellReader

ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\[[^\0\]]*\])?\+?=", re.ASCII)

EVALUATES = frozenset((
    "eval", "let", "trap", "source", ".", "read", "unset", "mapfile", "readarray", "alias",
    "set", "getopts", "compgen", "complete", "compopt", "bind", "enable", "fc", "hash",
    "env-S", "parallel", "watch",
))  # fmt: skip
DECLARES = frozenset(("export", "declare", "typeset", "local", "readonly"))
SHELLS = frozenset((
    "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "pdksh", "yash", "fish", "rbash",
    "csh", "tcsh", "su", "runuser", "script", "flock",
))  # fmt: skip
# Commands that run their arguments as a command: options that take a word, words before it.
WRAPPERS: dict[str, tuple[str, int]] = {
    "command": ("", 0), "builtin": ("", 0), "exec": ("a", 0), "time": ("fo", 0),
    "nohup": ("", 0), "setsid": ("", 0), "env": ("uC", 0), "nice": ("n", 0),
    "ionice": ("cnp", 0), "stdbuf": ("ioe", 0), "timeout": ("sk", 1), "chroot": ("", 1),
    "sudo": ("ughpCDRTrtU", 0), "doas": ("uC", 0), "xargs": ("IinPLdsEa", 0),
    "busybox": ("", 0), "chrt": ("", 1), "taskset": ("", 1), "strace": ("eopEuPsSaIO", 0),
    "unshare": ("", 0), "nsenter": ("tSG", 0), "systemd-run": ("pMEu", 0),
}  # fmt: skip
# bash evaluates what these get, or runs it.
FORBIDDEN_VARIABLES = frozenset((
    "BASH_ENV", "ENV", "PS0", "PS1", "PS2", "PS4", "PROMPT_COMMAND", "SHELLOPTS", "BASHOPTS",
    "RANDOM", "SRANDOM", "SECONDS", "LINENO", "OPTIND", "HISTCMD", "UID", "EUID", "PPID",
    "BASHPID", "BASH_ARGV0", "EPOCHSECONDS", "EPOCHREALTIME", "BASH_SUBSHELL", "DIRSTACK",
    "BASH_CMDS", "BASH_ALIASES", "BASH_LOADABLES_PATH",
))  # fmt: skip
_RISKY_VARIABLE = re.compile(r"PATH$|^LD_|^IFS$|^PYTHON|^PERL|^GIT_|^EDITOR$|^PAGER$|^SHELL$")
_INTERPRETERS: dict[str, tuple[str, ...]] = {
    "python": ("-c",), "python3": ("-c",), "perl": ("-e", "-E", "-ne", "-pe"), "ruby": ("-e",),
    "node": ("-e", "-p", "--eval"), "php": ("-r",), "awk": (), "gawk": (), "mawk": (),
    "sed": ("-e",), "jq": (),
}  # fmt: skip
_ELSEWHERE = {
    "ssh": "the other machine's shell reads it as code",
    "sudo": "it runs with other rights",
    "doas": "it runs with other rights",
    "xargs": "xargs splits and runs what it gets",
    "make": "make expands $ in it",
    "at": "it is run as a script later",
    "tmux": "tmux may run it as a command",
    "screen": "screen may run it as a command",
}
_INPUTS = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
_NO_OPTIONS = frozenset(("echo", "[", "test", "printf", ":", "true", "false", "exit", "return"))
_SCRIPT_HINT = "Give it as an argument: bash -c '... \"$1\" ...' _ {{ name }}."
SUBSCRIPT = "a variable that holds a value is used in a subscript"
_VARIABLE_RUN = "a variable that holds a value reaches {}"


class Command:
    """One simple command, fed word by word while it is read.

    Args:
        reader: where refusals, warnings and notes go.
        piped: True when its input comes from a pipe.
    """

    def __init__(self, reader: ShellReader, *, piped: bool = False) -> None:
        self.reader = reader
        self.piped = piped
        self.name: str | None = None
        self.wrappers: list[str] = []
        self.started = False  # an assignment or a wrapper was read: no keyword can follow
        self.words = 0  # after the name
        self.coprocess = False
        self.here_string_value = False
        self.has_here_document = False
        self.sources_input = False  # source /dev/stdin
        self._skip = 0  # words that belong to an option or wrapper
        self._operands_to_skip = 0
        self._previous: Word | None = None
        self._options_over = False
        self._operands = 0
        self._shell = ""  # a shell named among the words, until its script is over
        self._script_next = False
        self._shell_skip = False

    @property
    def fresh(self) -> bool:
        """True while a keyword, a parenthesis or a command's name may come."""
        return self.name is None and not self.started

    @property
    def reads_script(self) -> bool:
        """True for a shell (or a command that a variable names) whose script is its input."""
        shell = self.name in SHELLS or (self.name or "").strip(EXPANSION) != (self.name or "")
        return shell and self._operands == 0 and not self._script_next

    def take(self, word: Word) -> None:
        """The next word. Raises InvalidInput where a value must not stand."""
        self._check_variable(word)
        if self.name is None:
            self._leading(word)
        else:
            self._argument(word)
            self.words += 1
        self._previous = word

    def end(self) -> None:
        """The command is complete."""
        if self.here_string_value and (self.reads_script or self.sources_input):
            self.reader.fail("a value is the input of a shell, which runs it", _SCRIPT_HINT)
        if (self.reads_script or self.sources_input) and not self.has_here_document:
            self.reader.warn(f"{self.name} runs its input, a pipe say; no value may be in that.")

    def _check_variable(self, word: Word) -> None:
        """An assignment, wherever it stands: `X=1 cmd`, `export X=1`, `env X=1 cmd`."""
        match = ASSIGNMENT.match(word.text)
        if match is None:
            return
        reader, name = self.reader, match[1]
        assigns = self.name in DECLARES or self.name is None
        if assigns and match[2]:
            reader.note_sinks(word, SUBSCRIPT)
            reader.note_names(match[2], SUBSCRIPT, word.line)
        if not word.has_value:
            if assigns:
                reader.note_flow(name, word)
            return
        if self.name is None or self.name in DECLARES:
            reader.assigned(name, reader.uses[word.first : word.last], word.line)
            reader.note_flow(name, word)
        elif name in FORBIDDEN_VARIABLES:
            reader.assigned(name, reader.uses[word.first : word.last], word.line)

    # -- before the name ------------------------------------------------------------------

    def _leading(self, word: Word) -> None:
        wrapper = self.wrappers[-1] if self.wrappers else ""
        if ASSIGNMENT.match(word.shape) and not wrapper:
            self.started = True
            return
        if wrapper and self._wrapper_word(wrapper, word):
            return
        if word.has_value:
            self.reader.fail(
                "a value stands as a command's name",
                "Choose the command with case {{ name }} in ...; esac.",
                word.line,
            )
        name = word.text.rsplit("/", 1)[-1]
        if name in WRAPPERS:
            self.wrappers.append(name)
            self._operands_to_skip = WRAPPERS[name][1]
            self.started = True
            return
        self.name = name
        if name in SHELLS or EXPANSION in word.text:
            self._shell = name

    def _wrapper_word(self, wrapper: str, word: Word) -> bool:
        """True when the word belongs to the wrapper and is not the command's name."""
        text = word.text
        if self._skip:
            self._skip -= 1
            return True
        if text.startswith("-") and len(text) > 1:
            if wrapper == "command" and set(text[1:]) & set("vV") and not word.has_value:
                self.name = "command-v"  # it only looks the names up
                return True
            if wrapper == "env" and (text[1] == "S" or text.startswith("--split") or "S" in text):
                self.name = "env-S"
            elif word.has_value:
                self.reader.fail(
                    f"a value stands in an option of {wrapper}", "Write it as a word of its own.",
                    word.line,
                )  # fmt: skip
            if not text.startswith("--") and text[-1] in WRAPPERS[wrapper][0]:
                self._skip = 1
            if self.name and word.has_value:
                self._argument(word)
            return True
        if wrapper in ("env", "sudo", "doas") and ASSIGNMENT.match(text):
            return True
        if self._operands_to_skip:
            self._operands_to_skip -= 1
            return True
        return False

    # -- arguments ------------------------------------------------------------------------

    def _argument(self, word: Word) -> None:
        name, reader = self.name or "", self.reader
        previous = self._previous.text if self._previous else ""
        self._shell_argument(word)
        if name in EVALUATES or (name in DECLARES and not ASSIGNMENT.match(word.text)):
            reader.note_sinks(word, _VARIABLE_RUN.format(name.replace("-S", " -S")))
        if previous in ("-v", "-R") and name in ("[", "test", "printf"):
            reader.note_sinks(word, _VARIABLE_RUN.format(f"{name} {previous}"))
        if name in DECLARES:
            self._declared(name, previous, word)
        elif name in ("read", "mapfile", "readarray") and re.fullmatch(r"[A-Za-z_]\w*", word.text):
            reader.reads_variable(word.text, word.line)
        elif name == "shopt" and "expand_aliases" in word.text:
            reader.warn("aliases can make any word a command that evaluates its arguments.")
        if word.has_value:
            self._value_argument(name, previous, word)
        if name == "printf" and previous == "-v":
            reader.printed = word.text
        elif name == "printf" and reader.printed:
            reader.note_flow(reader.printed, word)
        if word.text == "--":
            self._options_over = True
        elif word.text in _INPUTS:
            self.sources_input |= name in ("source", ".")
        elif (not word.text.startswith("-") or self._options_over) and not re.search(
            r"^[-+]\w*[oO]$", previous
        ):
            self._operands += 1

    def _declared(self, name: str, previous: str, word: Word) -> None:
        """What a declaration without a value in it says about the variable."""
        reader, match = self.reader, re.match(r"([A-Za-z_]\w*)(?:=([A-Za-z_]\w*))?", word.text)
        if EXPANSION in word.text[:1] and name not in ("export", "readonly"):
            reader.all_integers = True  # the options are not known
        if match and re.match(r"-\w*i", previous):
            reader.integers.add(match[1])
        if match and match[2] and re.match(r"-\w*n", previous):
            reader.flows += [(match[1], (match[2],)), (match[2], (match[1],))]

    def _value_argument(self, name: str, previous: str, word: Word) -> None:
        reader = self.reader
        uses = reader.uses[word.first : word.last]
        if name in EVALUATES:
            shown = name.replace("-S", " -S")
            reader.fail(
                f"a value is an argument of {shown}, which evaluates it",
                "Test the value first with case, and write the wanted command yourself.",
                word.line,
            )
        if name in DECLARES:
            self._declaration(name, word)
        elif name in ("[", "test"):
            self._test(previous, word)
        elif name == "printf":
            if previous == "-v" or word.text.startswith("-v"):
                reader.fail("a value is the variable's name after printf -v",
                            "Write the name itself.", word.line)  # fmt: skip
            if self._operands == 0 and not self._options_over and word.text.startswith(HOLE):
                # printf takes -v from there, and -va[$(command)] runs the command.
                reader.fail("a value is the format of printf", "Write printf '%s' {{ name }}.",
                            word.line)  # fmt: skip
        elif name == "wait":
            if previous == "-p" or word.text.startswith("-"):
                reader.fail("a value is a variable's name after wait -p",
                            "Write the name itself.", word.line)  # fmt: skip
            for use in uses:
                use.integer = True  # -p takes a variable's name
        if previous != "--" and not self._options_over and name not in _NO_OPTIONS | DECLARES:
            uses[0].option_like = word.text.startswith(HOLE)
        self._warnings(name, previous, word)

    def _declaration(self, name: str, word: Word) -> None:
        reader = self.reader
        match = ASSIGNMENT.match(word.text)
        if match is None or match[2]:
            reader.fail(f"a value is a variable's name for {name}", "Write NAME={{ value }}.",
                        word.line)  # fmt: skip
        if self._declares_specially:
            reader.fail(f"a value is assigned by {name} with options that evaluate it",
                        f"Write NAME={{{{ value }}}} first and {name} after it.",
                        word.line)  # fmt: skip
        begins = word.text[match.end() : match.end() + 1]
        # "(...)" assigned so to an existing array is read as a list, subscripts and all.
        if begins == "(" or (name not in ("export", "readonly") and reader.has_arrays
                             and begins in (HOLE, EXPANSION)):  # fmt: skip
            reader.fail(f"a value begins an assignment by {name} in a script with arrays",
                        "Assign it in a command of its own: NAME={{ value }}.",
                        word.line)  # fmt: skip

    _declares_specially = False

    def _test(self, previous: str, word: Word) -> None:
        if previous in ("-v", "-R"):
            self.reader.fail(f"a value is a variable's name after {previous}",
                             "Write the name itself.", word.line)  # fmt: skip
        if self._previous is not None and self._previous.has_value:
            # The first could be -v, and then the second is evaluated.
            self.reader.fail("two values follow each other in a test",
                             "Write an operator between them, or use [[ ]].",
                             word.line)  # fmt: skip

    def _shell_argument(self, word: Word) -> None:
        """Follow `sh -c script`, wherever among the words the shell is named."""
        reader, text = self.reader, word.text
        if self.name in DECLARES and re.match(r"[-+]", text):
            self._declares_specially |= bool(set(text[1:]) - set("xrgp")) or word.has_value
        if not self._shell:
            base = text.rsplit("/", 1)[-1]
            if base in SHELLS:
                self._shell, self._script_next, self._shell_skip = base, False, False
            return
        refuse = "a value is inside the script after -c"
        if self._shell_skip:
            self._shell_skip = False
            if word.has_value:
                reader.fail(refuse, _SCRIPT_HINT, word.line)
            return
        option = bool(re.match(r"[-+][A-Za-z-]", text)) and not self._options_over
        effective = self.name in SHELLS
        if word.has_value:
            early = effective and self._operands == 0 and not self._options_over
            if self._script_next or (early and not self._script_next) or (
                self._options_over and effective and self._operands == 0 and not self._from_stdin
            ):  # fmt: skip
                problem = refuse if self._script_next else "a value is the script of a shell"
                reader.fail(problem, _SCRIPT_HINT, word.line)
            return
        if option:
            if not text.startswith("--"):
                self._script_next |= "c" in text[1:]
                self._from_stdin |= "s" in text[1:]
                self._shell_skip = text[-1] in "oO"
            elif text in ("--command", "--session-command"):
                self._script_next = True
            elif text.startswith(("--command=", "--session-command=")):
                self._shell = ""
            return
        if self._script_next and text != "--" and not word.may_vanish:
            reader.note_sinks(word, _VARIABLE_RUN.format("a script after -c"))
            self._script_next, self._shell = False, ""
            self._operands += 1

    _from_stdin = False

    def _warnings(self, name: str, previous: str, word: Word) -> None:
        reader = self.reader
        shown = reader.names(reader.uses[word.first : word.last])
        for command in dict.fromkeys((*self.wrappers, name)):
            if command in _ELSEWHERE:
                reader.warn(f"{shown} goes to {command}: {_ELSEWHERE[command]}.", word.line)
        if name in _INTERPRETERS:
            flags = _INTERPRETERS[name]
            program = previous in flags or (
                name in ("awk", "gawk", "mawk", "sed", "jq")
                and self._operands == 0
                and not previous.startswith(("-v", "--arg", "-f"))
            )
            if program:
                reader.warn(f"{shown} becomes part of a program that {name} runs; "
                            "give it as an argument or variable.", word.line)  # fmt: skip
        if EXPANSION in name:
            reader.warn(f"{shown} goes to a command that a variable names.", word.line)
        if name in reader.functions:
            reader.positional = True


def risky_variable(name: str) -> bool:
    """True for variables that decide what programs run."""
    return _RISKY_VARIABLE.search(name) is not None
