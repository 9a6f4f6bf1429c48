"""The head of an HTTP/1 message: bytes in, request or status line and headers out, with what is wrong named.

A tracer sees traffic that it did not produce, so this parser takes what servers take and more; the grammar of
RFC 9112 is the measure for `violations`, not for what is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from h11._abnf import field_name, method

from pcaptools.core.protocols.http.fields import NOT_PLAIN, HeaderFields
from pcaptools.core.protocols.http.methods import KNOWN_METHODS

MAX_HEAD = 256 * 1024
"""Bytes of one head, the start line included."""

_TOKEN = method.encode()
_NAME = field_name.encode()

HEAD_END = re.compile(rb"\n\r?\n")
# Start lines are searched in whatever a host sends: every pattern here must be linear, hence the possessive `++`.
_METHOD = re.compile(rb"%b+[ \t]" % _TOKEN)
_HTTP_VERSION = re.compile(rb"HTTP/\d[^\r\n \t]*+[ \t]*+\r?\n", re.IGNORECASE)
_RESPONSE_START = re.compile(rb"(?:HTTP/\d(?:\.\d)?|ICY)[ \t]++\d{3}(?:[ \t][^\r\n]*+)?\r?\n", re.IGNORECASE)
_SIMPLE_START = re.compile(
    rb"(?:GET|HEAD|POST|PUT|DELETE|OPTIONS)(?: (?:/|https?://|HTTP/)[^\r\n\x00-\x20]*[ \t]*\r?\n|\r?\n(?=%b:))" % _NAME
)
# what may become a start line when more bytes come: a token, then anything a line can hold
_MAYBE = re.compile(rb"%b(?:[ \t][^\r\n]*)?\r?\Z|(?:HTTP/|ICY )[^\r\n]*\r?\Z" % _TOKEN, re.IGNORECASE)

# A whole well-formed head at once, which nearly all are: the start line, then the fields, each after its CR LF. The
# group of fields is not possessive: before CPython 3.11.3 such a group never matched. It gives up a field at a time.
_WELL_FORMED = re.compile(
    rb"(?:(%b) ([\x21-\x7e]+) HTTP/(\d\.\d)|HTTP/(\d\.\d) (\d{3}) ([\t\x20-\x7e\x80-\xff]*+))"
    rb"((?:\r\n%b+:[\t\x20-\x7e\x80-\xff]*+)*)\r\n\r\n" % (_TOKEN, _NAME)
)
_KNOWN_METHOD = re.compile(KNOWN_METHODS + rb" ")
_CUT_START = re.compile(
    rb"(?P<line>" + KNOWN_METHODS + rb" [\x21-\x7e]++)"
    rb"(?P<version> HTTP/\d\.\d)?(?: (?:HTTP?/?|HT?)?(?:\d\.?)?)?"
)
_VERSION = re.compile(r"HTTP/([^ \t]*)", re.IGNORECASE)


@dataclass(slots=True)
class Head:
    """What requests and responses have in common."""

    http_version: str
    fields: HeaderFields
    violations: list[str]


@dataclass(slots=True)
class RequestHead(Head):
    """A request line and its header section."""

    method: str
    url: str


@dataclass(slots=True)
class ResponseHead(Head):
    """A status line and its header section."""

    status_code: int
    reason: str


def starts_request(data: bytes | bytearray, pos: int = 0) -> bool:
    """Tell whether a whole request line with a version stands at `pos`."""
    method = _METHOD.match(data, pos)
    if method is None:
        return False
    end = data.find(b"\n", method.end(), pos + MAX_HEAD) + 1
    mark = max(data.rfind(b"HTTP/", method.end(), end), data.rfind(b"http/", method.end(), end)) if end else -1
    # what stands before the version belongs to it or to the target, as in `GET /HTTP/1.1`
    return mark > method.end() and data[mark - 1] in b" \t/" and bool(_HTTP_VERSION.fullmatch(data, mark, end))


def starts_response(data: bytes | bytearray, pos: int = 0) -> bool:
    """Tell whether a whole status line stands at `pos`."""
    return _RESPONSE_START.match(data, pos) is not None


def starts_simple_request(data: bytes | bytearray, pos: int = 0) -> bool:
    """Tell whether a request line without a version stands at `pos` (HTTP/0.9: RFC 1945, 4.1)."""
    return _SIMPLE_START.match(data, pos) is not None


def starts_message(data: bytes | bytearray, pos: int = 0) -> bool:
    """Tell whether a whole start line of any kind stands at `pos`."""
    return starts_request(data, pos) or starts_response(data, pos) or starts_simple_request(data, pos)


def may_start_message(data: bytes | bytearray, pos: int = 0) -> bool:
    """Tell whether what stands from `pos` to the end can become a start line when more comes."""
    return _MAYBE.match(data, pos) is not None


_known: dict[bytes, RequestHead | ResponseHead] = {}
"""Heads that were read already, by their bytes: clients and servers say the same again and again."""
MAX_KNOWN = 512
MAX_KNOWN_HEAD = 2048
"""Bytes of a head that is remembered: no more than a megabyte in all."""


def well_formed_head(data: bytes) -> tuple[RequestHead | ResponseHead, int] | None:
    """Return the head that `data` starts with and where it ends; None when it is not whole or not well-formed.

    Heads of equal bytes are one, which nobody changes; one that says more of its end than a plain Content-Length is
    a copy, since looking closely may find violations.
    """
    end = data.find(b"\r\n\r\n", 0, MAX_KNOWN_HEAD) + 4
    if end < 4:
        return _read_well_formed(data)
    block = data[:end]
    head = _known.get(block)
    if head is None:
        read = _read_well_formed(block)
        if read is None:
            return None
        if len(_known) >= MAX_KNOWN:
            _known.clear()
        head = _known[block] = read[0]
    return (_copy(head) if head.fields.framing() == NOT_PLAIN else head), end


def _copy(head: RequestHead | ResponseHead) -> RequestHead | ResponseHead:
    return replace(head, violations=[*head.violations])


def _read_well_formed(data: bytes) -> tuple[RequestHead | ResponseHead, int] | None:
    found = _WELL_FORMED.match(data)
    if found is None:
        return None
    method, target, version, status_version, code, reason, raw = found.groups()
    fields = HeaderFields(raw)
    head: RequestHead | ResponseHead
    if method is None:
        head = ResponseHead(status_version.decode(), fields, [], int(code), _text(reason).strip(" \t"))
    else:
        head = RequestHead(version.decode(), fields, [], method.decode(), target.decode())
        _check_host(head)
    return head, found.end()


def has_known_method(data: bytes, pos: int = 0) -> bool:
    """Tell whether a method of RFC 9110 stands at `pos`."""
    return _KNOWN_METHOD.match(data, pos) is not None


def cut_start_line(data: bytes) -> bytes:
    """Return a start line cut somewhere behind its second word as a whole line, empty when it is less.

    A target that was cut looks like a shorter one: whoever uses this must say so.
    """
    found = _CUT_START.fullmatch(data.rstrip(b"\r"))
    if found is None:
        return b""
    return found["line"] + (found["version"] or b" HTTP/1.1") + b"\r\n"


def parse_head(block: bytes) -> RequestHead | ResponseHead:
    """Parse a head: the lines up to the blank one, each with its line end. The first is a start line."""
    whole = well_formed_head(block + b"\r\n")
    if whole and whole[1] == len(block) + 2:
        return _copy(whole[0])
    end = block.index(b"\n") + 1
    if starts_response(block):  # not by its first word: `ICY` is a method, too, where the version comes last
        head: RequestHead | ResponseHead = _status_line(block[:end])
    else:
        head = _request_line(block[:end])
    head.fields = _tolerant_fields(block[end:], head.violations)
    if isinstance(head, RequestHead):
        _check_host(head)
    return head


def _check_host(head: RequestHead) -> None:
    if head.http_version == "1.1":  # RFC 9112, 3.2
        count = head.fields.count(b"\nhost:")
        if count != 1:
            head.violations.append("more than one Host header" if count else "no Host header")


def _request_line(raw: bytes) -> RequestHead:
    """Read a request line: what the grammar of RFC 9112, section 3 refuses is named, and shown all the same."""
    line, violations = _text(raw), []
    name, _, rest = line.partition(" ") if " " in line else line.partition("\t")
    target, _, last = rest.rstrip(" \t").rpartition(" ")
    found = _VERSION.fullmatch(last)
    if found and target:
        version = found[1]
        if last[:5] != "HTTP/" or not re.fullmatch(r"\d\.\d", version):
            violations.append("malformed HTTP version")
    else:
        target, version = rest, "0.9"
        violations.append("no HTTP version in the request line")
    if target != target.strip(" \t") or " " in target.strip(" "):
        violations.append("white space in the request-target")
    elif re.search("[^\x21-\x7e]", target):
        violations.append("invalid character in the request-target")
    _check_line_end(raw, violations)
    return RequestHead(version, HeaderFields(), violations, name, target.strip(" \t"))


def _status_line(raw: bytes) -> ResponseHead:
    """Read a status line (RFC 9112, section 4) as forgivingly."""
    line, violations = _text(raw), []
    parts = re.split("[ \t]+", line, maxsplit=2)  # not at other white space, which may stand in a reason
    found = _VERSION.fullmatch(parts[0])
    version = found[1] if found else parts[0]
    if not found or parts[0][:5] != "HTTP/" or not re.fullmatch(r"\d\.\d", version):
        violations.append("malformed HTTP version")
    if len(parts) == 2 and not line.endswith(" "):
        violations.append("no space after the status code")  # it is due even without a reason
    reason = parts[2].strip(" \t") if len(parts) > 2 else ""
    _check_line_end(raw, violations)
    return ResponseHead(version, HeaderFields(), violations, int(parts[1][:3]), reason)


def _check_line_end(raw: bytes, violations: list[str]) -> None:
    if not raw.endswith(b"\r\n"):
        violations.append("bare LF as line end")


def _tolerant_fields(block: bytes, violations: list[str]) -> HeaderFields:
    """Read a header section line by line, as a forgiving server would, and name each oddity once."""
    found: dict[str, None] = {}
    fields: list[tuple[str, list[str]]] = []
    for raw in block.split(b"\n")[:-1]:
        if not raw.endswith(b"\r"):
            found["bare LF as line end"] = None
        line = _text(raw.removesuffix(b"\r"))
        if line[:1] in (" ", "\t"):
            found["obsolete line folding"] = None  # RFC 9112, 5.2
            if fields:
                fields[-1][1].append(line.strip(" \t"))
                continue
        name, colon, value = line.partition(":")
        if not colon:
            found["header line without a colon"] = None
        if name != name.rstrip(" \t"):
            found["white space before the colon"] = None  # RFC 9112, 5.1
        elif colon and not re.fullmatch(field_name, name):
            found["invalid header name"] = None
        if any((byte < 32 and byte != 9) or byte == 127 for byte in raw.removesuffix(b"\r")):
            found["control character in a header"] = None
        fields.append((name.rstrip(" \t"), [value.strip(" \t")]))
    violations.extend(text for text in found if text not in violations)
    return HeaderFields(items=[(name, " ".join(parts).strip(" ")) for name, parts in fields])


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
