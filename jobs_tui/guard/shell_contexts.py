"""The quoting contexts of bash: each method copies one and knows what may nest in it.

Source: PROTOTYPES D (table of contexts). What a value becomes:

- unquoted ``"${JT_1}"``; in double quotes and here-documents ``${JT_1}``;
- in single quotes and ``$'..'`` the quotes close around ``"${JT_1}"`` and open again;
- in arithmetic ``${JT_1}``, whole numbers only, also in quotes and substitutions inside it.
"""

from __future__ import annotations

import re
from abc import abstractmethod

from jobs_tui.guard.shell_lexer import DEEPEST, HOLE, Cursor, NotArithmeticError, Word

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SPECIAL = "@*#?-$!0123456789"
_ARITHMETIC_PLACE = "a variable that holds a value is used in arithmetic"


class Contexts(Cursor):
    """Quotes, expansions, arithmetic and here-document bodies."""

    in_heredoc = False
    sinks: list[tuple[str, str, int]]  # variable, what evaluates it, line

    @abstractmethod
    def nested_commands(self) -> None:
        """Commands up to and with the closing parenthesis."""

    def single(self, word: Word) -> None:
        """``'...'``"""
        line = self.line()
        self.put()
        while character := self.peek():
            if character == HOLE:
                self.out.append(f"'\"{self.reference()}\"'")
                word.expansion(True)
            elif character == "'":
                self.put()
                return
            else:
                word.quoted(self.put())
        self.fail("a single quote is not closed", "Close the quote.", line)

    def ansi(self, word: Word) -> None:
        """``$'...'``"""
        line, first = self.line(), len(self.uses)
        self.put(2)
        while character := self.peek():
            if character == HOLE:
                self.out.append(f"'\"{self.reference()}\"$'")
            elif character == "'":
                self.put()
                word.expansion(self.values_since(first))
                return
            else:
                self.put(2 if character == "\\" else 1)
        self.fail("a $' quote is not closed", "Close the quote.", line)

    def double(self, word: Word) -> None:
        """``"..."``"""
        line = self.line()
        self.put()
        while character := self.peek():
            if character == '"':
                self.put()
                return
            self.quoted_part(word)
        self.fail("a double quote is not closed", "Close the quote.", line)

    def quoted_part(self, word: Word) -> None:
        """One step inside double quotes or an unquoted here-document."""
        character = self.peek()
        if character == HOLE:
            self.out.append(self.reference())
            word.expansion(True)
        elif character == "\\":
            pair = self.put(2)
            if pair != "\\\n":
                word.quoted(pair[1:] if pair[1:] in ("$", "`", '"', "\\") else pair)
        elif character == "`":
            self.backtick(word)
        elif character == "$":
            self.dollar(word, quoted=True)
        else:
            word.quoted(self.put())

    def unquoted_part(self, word: Word) -> None:
        """One step of an unquoted word; the caller has looked for its end."""
        character = self.peek()
        if character == HOLE:
            self.out.append(f'"{self.reference()}"')
            word.expansion(True)
        elif character == "\\":
            pair = self.put(2)
            if pair != "\\\n":
                word.quoted(pair[1:])
        elif character == "'":
            self.single(word)
        elif character == '"':
            self.double(word)
        elif character == "`":
            self.backtick(word)
        elif character == "$":
            self.dollar(word, quoted=False)
        else:
            word.plain(self.put())

    def backtick(self, word: Word) -> None:
        """A command in backticks: it has its own quoting rules, so values are refused."""
        line = self.line()
        self.put()
        while character := self.peek():
            if character == HOLE:
                self.fail("a value stands inside backticks", "Write $( ... ) in their place.")
            self.put(2 if character == "\\" and self.peek(1) != HOLE else 1)
            if character == "`":
                word.expansion(False)
                return
        self.fail("a backtick is not closed", "Close it, or write $( ... ).", line)

    def dollar(self, word: Word, *, quoted: bool) -> None:
        """Everything that begins with ``$``."""
        self.deeper()
        word.may_vanish |= not quoted
        self._dollar(word, quoted=quoted)
        self.depth -= 1

    def _dollar(self, word: Word, *, quoted: bool) -> None:
        first = len(self.uses)
        following = self.peek(1)
        if following == HOLE:
            self.fail(
                "a $ stands directly before a value",
                "Write {{ name }} without the $; a dollar sign before it is '$'{{ name }}.",
            )
        if self.at("$\\\n") or self.at("$(\\\n"):
            self.fail("a line ends in the middle of an expansion", "Write it on one line.")
        if self.at("$(("):
            self._dollar_parentheses()
        elif following == "(":
            self.put(2)
            self.nested_commands()
        elif following == "{":
            self._parameter(quoted)
        elif following == "[":
            self.put(2)
            self.arithmetic_until("]")
        elif following == "'" and not quoted:
            self.ansi(word)
            return
        elif following == '"' and not quoted:
            self.put()
            self.double(word)
            return
        else:
            name = _NAME.match(self.text, self.position + 1, self.end)
            if name is None and (following == "" or following not in _SPECIAL):
                word.plain(self.put())
                return
            self.variables.append(name[0] if name else following)
            self.put(1 + (len(name[0]) if name else 1))
        word.expansion(self.values_since(first))

    def _dollar_parentheses(self) -> None:
        """``$((``: arithmetic, or (known from an earlier reading) a subshell in ``$(``."""
        if self.position not in self.two_parentheses:
            start = self.position
            self.put(3)
            self.arithmetic_until("))", start)
            return
        first = len(self.uses)
        self.put(2)
        self.nested_commands()
        self.no_value_in_two_parentheses(first)

    def no_value_in_two_parentheses(self, first: int) -> None:
        """Refuse values where bash itself guesses between arithmetic and a subshell."""
        if self.values_since(first):
            self.fail("a value stands inside (( that is not arithmetic", "Write ( ( with a blank.")

    def arithmetic_until(self, close: str, start: int = -1) -> None:
        """An arithmetic expression up to and with ``))``, ``]`` or (substring) ``}``.

        Raises:
            NotArithmeticError: ``))`` is missing where the parentheses end.
        """
        line, begin, depth = self.line(), self.position, 0
        opening = {"))": "(", "]": "["}.get(close, "")
        self.arithmetic += 1
        word = self.new_word()
        while character := self.peek():
            if character == close[0]:
                if depth:
                    depth -= 1
                elif self.at(close):
                    self.put(len(close))
                    break
                else:
                    if self.at(")\\\n"):
                        self.fail("a line ends between ) and )", "Write )) together.")
                    raise NotArithmeticError(start)
            elif character == opening:
                depth += 1
            if character == "'":
                self.single(word)
            elif character == '"':
                self.double(word)
            else:
                self.quoted_part(word)
        else:
            self.fail("arithmetic is not closed", f"Close it with {close}.", line)
        self.arithmetic -= 1
        for name in _NAME.findall(self.text[begin : self.position]):
            self.sinks.append((name, _ARITHMETIC_PLACE, line))

    def subscript(self) -> None:
        """``[...]`` of an array: arithmetic, or a key that bash expands again; no values."""
        first = len(self.uses)
        self.put()
        self.arithmetic_until("]")
        if self.values_since(first):
            self.fail(
                "a value stands in an array's subscript",
                "Assign it first (key={{ name }}), test it, and use ${array[$key]}.",
            )

    def _parameter(self, quoted: bool) -> None:
        """``${...}``"""
        line = self.line()
        self.put(2)
        if self.peek() in ("!", "#") and self.peek(1) not in ("", "}", ":", "-", "=", "?", "+"):
            indirect = self.put() == "!"
        else:
            indirect = False
        name = _NAME.match(self.text, self.position, self.end)
        digits = re.compile(r"\d+").match(self.text, self.position, self.end)
        if name or digits:
            found = (name or digits)[0]  # type: ignore[index]
            self.put(len(found))
        elif self.peek() and self.peek() in _SPECIAL:
            found = self.put()
        else:
            self.fail(
                "${ is not followed by a variable's name",
                "A value cannot be a variable's name: use case to choose one.",
            )
        self.variables.append(found)
        if indirect:
            self.sinks.append((found, "a variable that holds a value names another (${!..})", line))
        if self.peek() == "[":
            self.subscript()
        self._operator(found, quoted, line)

    def _operator(self, name: str, quoted: bool, line: int) -> None:
        """What follows the name in ``${name``, up to and with the brace."""
        character = self.peek()
        if character == "}":
            self.put()
        elif character == "@":
            if self.peek(1) == "P":
                self.sinks.append((name, "a variable that holds a value is run by ${..@P}", line))
            self.put(2)
            if self.peek() != "}":
                self.fail("${..@ is not closed after one letter", "Close it with }.")
            self.put()
        elif character == ":" and self.peek(1) not in tuple("-=?+"):
            self.put()
            self.arithmetic_until("}")
        elif character in tuple(":-=?+"):
            assigns = "=" in (character, self.peek(1) if character == ":" else "")
            self.put(2 if character == ":" else 1)
            first = len(self.uses)
            self._default(quoted, line)
            if assigns and self.values_since(first):
                self.assigned(name, self.uses[first:], line)
        elif character in tuple("#%/^,~"):
            self._pattern(quoted, line)
        else:
            self.fail("this ${ ... } is not understood", "Write it in a simpler way.")

    @abstractmethod
    def assigned(self, name: str, uses: list, line: int) -> None:  # type: ignore[type-arg]
        """A variable gets a value."""

    def _default(self, quoted: bool, line: int) -> None:
        """The word of ``${x:-word}``."""
        word = self.new_word()
        while character := self.peek():
            if character == "}":
                self.put()
                return
            if not quoted:
                self.unquoted_part(word)
            elif character == "'" or (character == '"' and self.in_heredoc):
                # bash pairs a single quote here, POSIX does not.
                self.fail("a quote stands inside ${..} inside quotes", "Use a variable for it.")
            elif character == '"':
                self.double(word)
            else:
                self.quoted_part(word)
        self.fail("${ is not closed", "Close it with }.", line)

    def _pattern(self, quoted: bool, line: int) -> None:
        """Pattern and replacement of ``${x#p}``, ``${x/p/r}``, ``${x^p}``: quoted values."""
        replaces = self.peek() == "/"
        operator = self.put()
        if self.peek() == operator or (replaces and self.peek() in ("#", "%")):
            self.put()
        first, in_pattern = len(self.uses), True
        word = self.new_word()
        while character := self.peek():
            if character == "}":
                self.put()
                if quoted and self.in_heredoc and self.values_since(first):
                    self.fail("a value stands in a pattern in a here-document",
                              "Work it out before, in a variable.")  # fmt: skip
                return
            if character == "/" and replaces:
                in_pattern = False
            unsure = "'\"" if self.in_heredoc else "" if in_pattern else "'"
            if quoted and character in unsure:
                self.fail("a quote stands inside ${..} inside quotes", "Use a variable for it.")
            self.unquoted_part(word)
        self.fail("${ is not closed", "Close it with }.", line)

    def comment(self) -> None:
        """``# ...`` up to the end of the line: the placeholder stays as it reads."""
        while (character := self.peek()) and character != "\n":
            if character == HOLE:
                self.out.append(f"{{{{ {self.holes[self.position].label} }}}}")
                self.position += 1
            else:
                self.put()

    def deeper(self) -> None:
        """Count a level of nesting; refuse what no one could read."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail("substitutions are nested too deep", "Split the script.")
