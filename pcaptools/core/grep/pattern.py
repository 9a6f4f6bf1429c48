r"""What is searched for: a regular expression over bytes, and what can be told of its matches beforehand.

A pattern is Python's, over bytes: `.` is one byte, `\w` and `\d` are ASCII's, `^` and `$` match at every line. One
with characters beyond ASCII is over text: the bytes are read as UTF-8, and a byte that is none matches nothing but `.`
and negated sets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from pcaptools.core.errors import UsageError
from pcaptools.core.events import Span

try:
    from re import _parser as _sre  # type: ignore[attr-defined]  # what it tells only makes the search faster
except ImportError:  # pragma: no cover
    _sre = None

MAX_SPANS = 1000
"""Matches in one payload that are told apart."""
UNBOUNDED = 1 << 16
"""No match is looked for that spans more bytes than this."""

_HEX = re.compile(r"(?:0x)?((?:(?:[0-9a-fA-F]{2}|\?\?|\.\.)[\s:]*)+)")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]|(?<!\\)(?:\\\\)*\\[uUN]")


@dataclass(slots=True)
class Pattern:
    """A compiled pattern. `search` and `spans` take bytes."""

    SEARCHES: ClassVar[tuple[Callable[..., object], ...]]
    """The functions that may run for long."""

    regex: re.Pattern[bytes] | None
    text: re.Pattern[str] | None
    """Exactly one of the two is there."""
    part: re.Pattern[bytes] | None = None
    """Finds bytes that every match contains, in linear time; None where none are known."""
    pure: bool = False
    """No assertion (`^`, `\\b`, look-around …): what matches in a part of some bytes matches in all of them."""
    width: int = UNBOUNDED
    """No match is longer, in bytes."""
    in_line: bool = False
    """No match contains a line end."""

    def search(self, data: bytes) -> bool:
        """Tell whether it matches anywhere."""
        if self.regex is not None:
            return self.regex.search(data) is not None
        assert self.text is not None
        return self.text.search(data.decode("utf-8", "surrogateescape")) is not None

    def spans(self, data: bytes, start: int = 0) -> list[Span]:
        """Return where it matches from `start` on: at most MAX_SPANS; empty matches only where there are no others."""
        if self.regex is not None:
            found = []
            for match in self.regex.finditer(data, start):
                found.append(match.span())
                if len(found) >= MAX_SPANS:
                    break
        else:
            found = self._spans_of_text(data, start)
        return [span for span in found if span[0] < span[1]] or found[:1]

    def _spans_of_text(self, data: bytes, start: int) -> list[Span]:
        assert self.text is not None
        text = data.decode("utf-8", "surrogateescape")
        at = len(data[:start].decode("utf-8", "surrogateescape"))
        found, last, offset = [], 0, 0
        for match in self.text.finditer(text, at):
            offset += _size(text[last : match.start()])
            size = _size(match[0])
            found.append((offset, offset + size))
            last, offset = match.end(), offset + size
            if len(found) >= MAX_SPANS:
                break
        return found


Pattern.SEARCHES = (Pattern.search, Pattern.spans, Pattern._spans_of_text)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


def compile_pattern(
    pattern: str, *, ignore_case: bool = False, word: bool = False, hexadecimal: bool = False
) -> Pattern:
    """Compile what the user wrote; raise UsageError where it is no pattern."""
    if hexadecimal:
        expression, flags = _from_hex(pattern), re.DOTALL
    else:
        expression, flags = pattern, re.MULTILINE
    if ignore_case:
        flags |= re.IGNORECASE
    if word:
        expression = rf"(?<!\w)(?:{expression})(?!\w)"
    try:
        if _BEYOND_ASCII.search(expression):
            compiled = Pattern(None, re.compile(expression, flags))
        else:
            compiled = Pattern(re.compile(expression.encode("ascii"), flags), None)
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(f'"{pattern}" is no regular expression: {error}', "quote it for the shell, too") from None
    _look_into(compiled)
    return compiled


def _from_hex(pattern: str) -> str:
    """Turn "de ad ?? ef" into an expression."""
    found = _HEX.fullmatch(pattern.strip())
    if found is None:
        raise UsageError(f'"{pattern}" is not hexadecimal', "write bytes as de ad be ef, and ?? for any")
    digits = re.sub(r"[\s:]", "", found[1])
    pairs = (digits[at : at + 2] for at in range(0, len(digits), 2))
    return "".join("." if pair in ("??", "..") else rf"\x{pair}" for pair in pairs)


def _look_into(pattern: Pattern) -> None:
    """Find out what makes the search faster: a literal part, no assertions, a bounded width."""
    regex: Any = pattern.regex or pattern.text
    if _sre is None:
        return
    try:
        parsed = _sre.parse(regex.pattern, regex.flags)
        pattern.pure = _is_pure(parsed)
        literal = max(_literals(parsed), key=len, default=b"")
        if literal and (pattern.text is None or not regex.flags & re.IGNORECASE):
            pattern.part = re.compile(re.escape(literal), regex.flags & re.IGNORECASE)
        pattern.in_line = not _has_line_end(parsed, regex.flags)
        each = 4 if pattern.text is not None else 1  # bytes of a character in UTF-8
        pattern.width = min(int(parsed.getwidth()[1]) * each, UNBOUNDED)
    except (AttributeError, TypeError, ValueError, LookupError):  # a private module that changed
        pattern.part, pattern.pure, pattern.width, pattern.in_line = None, False, UNBOUNDED, False


def _is_pure(parsed: Any) -> bool:
    for operation, argument in parsed:
        if str(operation) in ("AT", "ASSERT", "ASSERT_NOT", "GROUPREF_EXISTS"):
            return False
        if not all(_is_pure(part) for part in _parts(argument)):
            return False
    return True


def _has_line_end(parsed: Any, flags: int) -> bool:
    """Tell whether anything in it may match a line end; what is not known may."""
    for operation, argument in parsed:
        kind = str(operation)
        if kind == "LITERAL":
            found = argument == 10
        elif kind == "NOT_LITERAL":
            found = argument != 10
        elif kind == "ANY":
            found = bool(flags & re.DOTALL)
        elif kind == "IN":
            found = _set_has_line_end(argument)
        elif kind in ("AT", "ASSERT", "ASSERT_NOT"):
            found = False  # of no width
        elif kind in ("SUBPATTERN", "MAX_REPEAT", "MIN_REPEAT", "BRANCH", "POSSESSIVE_REPEAT", "ATOMIC_GROUP"):
            found = bool(kind == "SUBPATTERN" and argument[1]) or any(
                _has_line_end(part, flags) for part in _parts(argument)
            )
        else:
            found = True
        if found:
            return True
    return False


def _set_has_line_end(items: Any) -> bool:
    negated = str(items[0][0]) == "NEGATE"
    for operation, argument in items[negated:]:
        kind, inside = str(operation), str(argument)
        if (
            (kind == "LITERAL" and argument == 10)
            or (kind == "RANGE" and argument[0] <= 10 <= argument[1])
            or (kind == "CATEGORY" and inside in ("CATEGORY_SPACE", "CATEGORY_NOT_DIGIT", "CATEGORY_NOT_WORD"))
        ):
            return not negated
    return negated


def _parts(argument: Any) -> list[Any]:
    """Return the sequences inside an operation's argument, however deep."""
    if isinstance(argument, _sre.SubPattern):
        return [argument]
    if isinstance(argument, list | tuple):
        return [part for item in argument for part in _parts(item)]
    return []


def _literals(parsed: Any) -> list[bytes]:
    """Return the runs of literal characters that every match contains."""
    runs, run = [], b""
    for operation, argument in parsed:
        kind = str(operation)
        if kind == "LITERAL":
            run += (
                bytes([argument]) if isinstance(parsed.state.str, bytes) else chr(argument).encode("utf-8", "replace")
            )
            continue
        runs.append(run)
        run = b""
        if kind == "SUBPATTERN" and not argument[1] and not argument[2]:  # without flags of its own
            runs += _literals(argument[3])
        elif kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and argument[0] >= 1:
            runs += _literals(argument[2])
    return [*runs, run]
