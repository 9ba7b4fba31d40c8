"""The grammar of bash around the words: lists, pipes, compounds, redirections (PROTOTYPES D)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jobs_tui.guard.placeholders import Placeholder
from jobs_tui.guard.shell_lexer import EXPANSION, HOLE, Word
from jobs_tui.guard.shell_rules import ASSIGNMENT, SUBSCRIPT, Command
from jobs_tui.guard.shell_travel import Travelling

_COMPARED = "a variable that holds a value is compared as a number"
_META = " \t\n;&|()<>"
_BEFORE_A_COMMAND = frozenset((
    "if", "then", "else", "elif", "do", "while", "until", "{", "!", "fi", "done", "}",
))  # fmt: skip
_COMPOUND = frozenset(["{", "if", "while", "until", "for", "case", "select", "[["])
_NUMERIC = frozenset(("-eq", "-ne", "-lt", "-le", "-gt", "-ge"))
_OPERATORS = (";;&", ";;", ";&", "&&", "||", "|&", ";", "&", "|")
_REDIRECTIONS = ("&>>", "&>", "<<<", "<<-", "<<", "<&", ">&", "<>", ">>", ">|", "<", ">")


@dataclass(slots=True)
class _HereDocument:
    end_word: str
    strips_tabs: bool
    literal: bool
    command: Command
    line: int


class ShellReader(Travelling):
    """Reads a whole script; ``source`` is its rendering afterwards."""

    def __init__(
        self,
        text: str,
        holes: Mapping[int, Placeholder],
        references: Mapping[str, str],
        two_parentheses: frozenset[int],
    ) -> None:
        super().__init__(text, holes, references, two_parentheses)
        self.pending: list[_HereDocument] = []

    def read(self) -> str:
        """The rendering of the whole script. Raises InvalidInput and NotArithmeticError."""
        self.commands("")
        if self.pending:
            self.fail("a here-document is not closed", "Write its end word on a line.")
        self.warn_of_travelling()
        return "".join(self.out)

    # -- words --------------------------------------------------------------------------

    def word(self, *, command_position: bool = False) -> Word:
        """One word; the cursor stands at its first character."""
        word, names = self.new_word(), len(self.variables)
        while character := self.peek():
            if character == "(" and ASSIGNMENT.fullmatch(word.shape):
                self._array(word)
            elif character == "(" and self._extended_glob(word, command_position):
                self._group(word)
            elif character in "<>" and self.peek(1) == "(":
                first = len(self.uses)
                self.put(2)
                self.nested_commands()
                word.expansion(self.values_since(first))
            elif character in _META:
                break
            elif character == "[" and re.fullmatch(r"[A-Za-z_]\w*", word.shape):
                self._bracket(word)
            else:
                self.unquoted_part(word)
        word.last = len(self.uses)
        word.variables = tuple(self.variables[names:])
        return word

    def _bracket(self, word: Word) -> None:
        """``name[...]``: a subscript when an assignment follows, else an ordinary pattern."""
        close = re.compile(r"\[(?:[^\]\n\"'`$\\]|\$\w+|\$\{\w+\})*\]\+?=").match(
            self.text, self.position, self.end
        )
        if close and HOLE in close[0]:
            self.subscript()
        word.plain(self.put())

    @staticmethod
    def _extended_glob(word: Word, command_position: bool) -> bool:
        shape = word.shape
        return shape[-1:] in tuple("?*+@") or (
            shape[-1:] == "!" and not (command_position and shape == "!")
        )

    def _group(self, word: Word) -> None:
        """``@(a|b)`` and its like."""
        line, depth = self.line(), 0
        while character := self.peek():
            if character in "()":
                word.plain(self.put())
                depth += 1 if character == "(" else -1
                if depth == 0:
                    return
            elif character in " \t\n|<>;&":
                word.plain(self.put())
            else:
                self.unquoted_part(word)
        self.fail("a parenthesis is not closed", "Close it with ).", line)

    def _array(self, word: Word) -> None:
        """``name=( ... )``"""
        line = self.line()
        self.deeper()
        word.plain(self.put())
        while character := self.peek():
            if character == ")":
                word.plain(self.put())
                self.depth -= 1
                return
            if character in " \t":
                self.put()
            elif character == "\n":
                self._newline()
            elif character == "#":
                self.comment()
            elif character in "<>" and self.peek(1) == "(":
                self.word()
            elif character in _META:
                self.fail(f"{character} stands in an array", "Quote it.")
            else:
                element = self.word()
                word.expansion(element.has_value)
                subscript = re.match(r"\[[^\0\]]*\]\+?=", element.shape)
                if subscript:
                    self.note_names(subscript[0], SUBSCRIPT, element.line)
                    self.note_sinks(element, SUBSCRIPT)
                if element.has_value and element.shape.startswith("[") and not subscript:
                    self.fail("a value stands in an array's subscript",
                              "Assign it first, test it, and use the variable.",
                              element.line)  # fmt: skip
        self.fail("an array is not closed", "Close it with ).", line)

    # -- lists of commands ----------------------------------------------------------------

    def nested_commands(self) -> None:
        """Commands up to and with ``)``, with here-documents of their own."""
        self.deeper()
        outer, self.pending = self.pending, []
        heredoc, self.in_heredoc = self.in_heredoc, False
        self.commands(")")
        if self.pending:
            self.fail("a here-document begins before ) and ends after it",
                      "Write ) on a line after its end word.")  # fmt: skip
        self.pending, self.in_heredoc = outer, heredoc
        self.depth -= 1

    def commands(self, stop: str) -> str:
        """Commands up to and with ``stop``: "" (the end), ``)`` or ``case`` (;; or esac)."""
        line, command = self.line(), Command(self)
        while character := self.peek():
            if character in " \t" or self.at("\\\n"):
                self.put(2 if character == "\\" else 1)
            elif character == "\n":
                command.end()
                self._newline()
                command = Command(self)
            elif character == "#":
                self.comment()
            elif self.at("&>") or (character in "<>" and self.peek(1) != "("):
                self._redirection(command)
            elif character in ";&|":
                if self.at(";\\\n;"):
                    self.fail("a line ends between ; and ;", "Write ;; together.")
                command.end()
                operator = next(one for one in _OPERATORS if self.at(one))
                self.put(len(operator))
                if operator in (";;&", ";;", ";&"):
                    if stop != "case":
                        self.fail(f"{operator} stands outside case", "Write one ;.")
                    return operator
                command = Command(self, piped=operator in ("|", "|&"))
            elif character == ")":
                command.end()
                if stop != ")":
                    self.fail("a ) closes nothing", "Remove it or quote it.")
                self.put()
                return ")"
            elif character == "(":
                command = self._parenthesis(command)
            else:
                following = self._command_word(command, stop)
                if following is None:
                    return "esac"
                command = following
        command.end()
        if stop:
            self.fail(f"{'esac' if stop == 'case' else stop} is missing", "Close it.", line)
        return ""

    def _command_word(self, command: Command, stop: str) -> Command | None:
        """The next word of a list; the command that the following ones belong to."""
        word = self.word(command_position=command.fresh)
        if self.peek() and self.peek() in "<>" and (
            word.shape.isdigit() or re.fullmatch(r"\{[A-Za-z_]\w*\}", word.shape)
        ):  # fmt: skip
            return command  # a descriptor: 2>file
        if command.coprocess and command.words == 0 and word.shape in _COMPOUND:
            command = Command(self)  # coproc NAME { ...
        if not command.fresh:
            command.take(word)
            return command
        shape = word.shape
        if shape == "esac" and stop == "case":
            return None
        if shape == "case":
            self._case()
        elif shape in ("for", "select"):
            self._loop()
        elif shape == "[[":
            self._condition()
        elif shape == "function":
            self._blanks()
            self._no_value(self.word(), "a function's name")
            self._blanks()
            if self.at("()"):
                self.put(2)
        elif shape == "coproc":
            command.coprocess = True
            return command
        elif shape not in _BEFORE_A_COMMAND:
            command.take(word)
            return command
        return Command(self, piped=command.piped)

    def _parenthesis(self, command: Command) -> Command:
        """``(`` at a word's beginning: arithmetic, a subshell or a function's definition."""
        if self.at("(\\\n"):
            self.fail("a line ends after (", "Write the command on the same line.")
        named = command.coprocess and command.name is not None and command.words == 0
        if not command.fresh and not named:
            empty = re.compile(r"\([ \t]*\)").match(self.text, self.position, self.end)
            if empty is None or command.name is None or command.words:
                self.fail("a ( stands inside a command", "Quote it.")
            self.put(len(empty[0]))
            return Command(self)
        if self.at("((") and self.position not in self.two_parentheses:
            start = self.position
            self.put(2)
            self.arithmetic_until("))", start)
            return Command(self)
        first, ambiguous = len(self.uses), self.at("((")
        self.put()
        self.nested_commands()
        if ambiguous:
            self.no_value_in_two_parentheses(first)
        return Command(self)

    def _blanks(self, *, lines: bool = False) -> None:
        """Blanks and continued lines; with ``lines`` also line ends and comments."""
        while True:
            if self.peek() and self.peek() in " \t":
                self.put()
            elif self.at("\\\n"):
                self.put(2)
            elif lines and self.peek() == "\n":
                self._newline()
            elif lines and self.peek() == "#":
                self.comment()
            else:
                return

    def _no_value(self, word: Word, what: str) -> None:
        if word.has_value:
            self.fail(f"a value stands as {what}", "Write the name itself.", word.line)

    def _loop(self) -> None:
        """``for name in words`` and ``for ((..))`` up to what separates them from ``do``."""
        self._blanks()
        if self.at("(("):
            self.put(2)
            self.arithmetic_until("))", -1)
            return
        name = self.word()
        self._no_value(name, "a loop's variable")
        self._blanks(lines=True)
        if not re.compile(r"in(?=[\s;&|\\]|$)").match(self.text, self.position, self.end):
            self.note_flow(name.text, Word(name.line, 0, variables=("@",)))
            return
        self.put(2)
        while True:
            self._blanks()
            character = self.peek()
            if not character or character in "\n;&|#":
                return
            if character in _META and not (character in "<>" and self.peek(1) == "("):
                self.fail(f"{character} stands in the list of a loop", "Quote it.")
            word = self.word()
            if word.has_value:
                self.assigned(name.text, self.uses[word.first : word.last], word.line)
            self.note_flow(name.text, word)

    def _case(self) -> None:
        """From behind ``case`` to ``esac``."""
        self._blanks()
        self.word()
        self._blanks(lines=True)
        if self.word().shape != "in":
            self.fail("case has no in", "Write case word in pattern) command;; esac.")
        while True:
            self._blanks(lines=True)
            if re.compile(r"esac(?![^\s;&|()<>])").match(self.text, self.position, self.end):
                self.put(4)
                return
            if self.peek() == "(":
                self.put()
            while True:
                self._blanks()
                if self.peek() == ")":
                    self.put()
                    break
                if self.peek() == "|":
                    self.put()
                elif not self.peek() or self.peek() in _META:
                    self.fail("a pattern of case is not closed", "Close it with ).")
                else:
                    self.word()
            self.deeper()
            ended = self.commands("case")
            self.depth -= 1
            if ended == "esac":
                return

    def _condition(self) -> None:
        """From behind ``[[`` to ``]]``; one numeric operator makes all of it arithmetic."""
        line, first, names, numeric = self.line(), len(self.uses), len(self.variables), False
        previous, begin = "", self.position
        while True:
            self._blanks(lines=True)
            if not self.peek():
                self.fail("[[ is not closed", "Close it with ]].", line)
            if self.peek() in "()<>;&|":
                self.put()
                continue
            word = self.word()
            if word.shape == "]]":
                break
            numeric |= word.shape in _NUMERIC
            if previous in ("-v", "-R"):
                self._no_value(word, f"a variable's name after {previous}")
                self.note_sinks(word, "a variable that holds a value is a name after -v")
            previous = word.shape
        if self.values_since(first):
            self.tainted.add("BASH_REMATCH")
        if numeric:
            self.note_names(self.text[begin : self.position], _COMPARED, line)
            for use in self.uses[first:]:
                use.integer = True
            self.sinks += [(name, _COMPARED, line) for name in self.variables[names:]]

    # -- redirections and here-documents --------------------------------------------------

    def _redirection(self, command: Command) -> None:
        operator = next(one for one in _REDIRECTIONS if self.at(one))
        self.put(len(operator))
        if self.at("\\\n"):
            self.fail("a line ends inside a redirection", "Write it on one line.")
        self._blanks()
        if operator in ("<<", "<<-"):
            self._here_document(operator, command)
            return
        if not self.peek() or (self.peek() in _META and self.peek(1) != "("):
            self.fail(f"nothing follows {operator}", "Name a file.")
        word = self.word()
        if operator in (">&", "<&"):
            self.note_sinks(word, f"a variable that holds a value stands after {operator}")
        command.has_here_document |= operator == "<<<"
        if not word.has_value:
            return
        if operator in (">&", "<&"):
            self.fail(f"a value stands after {operator}, where bash expands it twice",
                      "Write > file 2>&1.", word.line)  # fmt: skip
        if operator == "<<<":
            command.here_string_value = True
        else:
            self.warn(f"{self.names(self.uses[word.first : word.last])} names a file that is "
                      f"opened by {operator}.", word.line)  # fmt: skip

    def _here_document(self, operator: str, command: Command) -> None:
        word = self.word()
        self._no_value(word, "the end word of a here-document")
        if EXPANSION in word.text or "$" in word.text or not word.text:
            self.fail("the end word of a here-document is not plain", "Write << END.")
        literal = word.shape != word.text
        command.has_here_document = True
        self.pending.append(
            _HereDocument(word.text, operator == "<<-", literal, command, word.line)
        )

    def _newline(self) -> None:
        """The end of a line, and the here-documents that follow it."""
        self.put()
        documents, self.pending = self.pending, []
        for document in documents:
            self._body(document)

    def _body(self, document: _HereDocument) -> None:
        first, line = len(self.uses), self.position
        while True:
            if line >= self.end:
                self.fail("a here-document is not closed",
                          f"Write {document.end_word} on a line of its own.",
                          document.line)  # fmt: skip
            text, after = self._logical_line(line, document)
            if text == document.end_word:
                break
            line = after
        outer, self.end = self.end, line
        if document.literal:
            if HOLE in self.text[self.position : line]:
                self.position = self.text.index(HOLE, self.position)
                self.fail("a value stands in a here-document whose end word is quoted",
                          f"Write << {document.end_word} without quotes, and \\$ for a dollar "
                          "sign.")  # fmt: skip
            self.put(line - self.position)
        else:
            self.in_heredoc, word = True, self.new_word()
            while self.peek():
                self.quoted_part(word)
            self.in_heredoc = False
        self.end = outer
        command = document.command
        if (command.reads_script or command.sources_input) and self.values_since(first):
            self.fail("a value is in the here-document that a shell runs",
                      "Quote the end word and give the value as an argument: "
                      "bash -s -- {{ name }} << 'END', and use \"$1\".",
                      document.line)  # fmt: skip
        self.put(after - self.position)

    def _logical_line(self, start: int, document: _HereDocument) -> tuple[str, int]:
        """The line from there with continued ones joined, and where the next begins."""
        pieces: list[str] = []
        while True:
            found = self.text.find("\n", start, self.end)
            stop = self.end if found < 0 else found
            piece = self.text[start:stop]
            pieces.append(piece.lstrip("\t") if document.strips_tabs else piece)
            slashes = len(piece) - len(piece.rstrip("\\"))
            start = min(stop + 1, self.end)
            if document.literal or slashes % 2 == 0 or start >= self.end:
                return "".join(pieces), start
            pieces[-1] = pieces[-1][:-1]
