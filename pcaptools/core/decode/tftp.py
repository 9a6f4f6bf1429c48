"""The Trivial File Transfer Protocol (RFC 1350; options RFC 2347).

Only the first request goes to its port: what follows is known by its content where that leaves no doubt, which data
and acknowledgements never do; `--decode-as` helps there.
"""

from __future__ import annotations

from pcaptools.core.decode.layer import Layer, Malformed, Next, text
from pcaptools.core.decode.reader import Reader

RRQ, WRQ, DATA, ACK, ERROR, OACK = 1, 2, 3, 4, 5, 6
OPCODES = {RRQ: "Read Request", WRQ: "Write Request", DATA: "Data", ACK: "Acknowledgement", ERROR: "Error Code",
           OACK: "Option Acknowledgement"}  # fmt: skip
ERRORS = {
    0: "Not defined", 1: "File not found", 2: "Access violation", 3: "Disk full or allocation exceeded",
    4: "Illegal TFTP Operation", 5: "Unknown transfer ID", 6: "File already exists", 7: "No such user",
    8: "Option negotiation failed",
}  # fmt: skip
MODES = frozenset((b"netascii", b"octet", b"mail"))
OPTIONS = frozenset((b"blksize", b"timeout", b"tsize", b"windowsize", b"multicast", b"rollover", b"utimeout"))
MAX_OPTIONS = 32


class TFTP(Layer):
    """A packet; which of the fields are there depends on `opcode`. `type` is the mode of a transfer."""

    __slots__ = ("_trouble", "block", "data_at", "error_code", "error_string", "file", "opcode", "options", "type")

    key = "tftp"
    sparse = True
    fields = ("opcode", "opcode_name", "file", "type", "block", "error_code", "error_name", "error_string", "options")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "TFTP")
        self.opcode = read.u16()
        self.file: str | None = None
        self.type: str | None = None
        self.block: int | None = None
        self.error_code: int | None = None
        self.error_string: str | None = None
        self.options: dict[str, str] | None = None
        self.data_at = end
        """Where the file's own bytes begin."""
        self._trouble: Malformed | None = None
        try:
            self._read(read)
        except Malformed as error:
            self._trouble = error

    def _read(self, read: Reader) -> None:
        if self.opcode in (RRQ, WRQ):
            self.file = text(_string(read))
            self.type = text(_string(read))
            self._read_options(read)
        elif self.opcode in (DATA, ACK):
            self.block = read.u16()
            self.data_at = read.at
        elif self.opcode == ERROR:
            self.error_code = read.u16()
            self.error_string = text(_string(read))
        elif self.opcode == OACK:
            self._read_options(read)
        else:
            raise Malformed(f"TFTP opcode {self.opcode}")

    def _read_options(self, read: Reader) -> None:
        self.options = {} if self.opcode == OACK or read else None
        while read and self.options is not None:
            if len(self.options) == MAX_OPTIONS:
                raise Malformed(f"more than {MAX_OPTIONS} TFTP options", read.at)
            name = text(_string(read))
            self.options[name] = text(_string(read))

    @property
    def opcode_name(self) -> str:
        """What kind of packet it is."""
        return OPCODES.get(self.opcode, "unknown")

    @property
    def error_name(self) -> str | None:
        """The name of the error."""
        return None if self.error_code is None else ERRORS.get(self.error_code, "unknown")

    def next(self) -> Next | None:
        """Carry a piece of the file; tell what is wrong."""
        if self._trouble is not None:
            raise self._trouble
        return Next(None, self.data_at, self.end) if self.data_at < self.end else None

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take requests, options that are accepted, and errors, as they are wherever they come."""
        if data[start : start + 1] != b"\x00" or len(data) < end or data[end - 1] != 0:
            return False
        opcode, parts = data[start + 1 : start + 2], data[start + 2 : end - 1].split(b"\x00")
        if opcode in (b"\x01", b"\x02"):
            return len(parts) % 2 == 0 and bool(parts[0]) and parts[0].isascii() and parts[1].lower() in MODES
        if opcode == b"\x06":
            return len(parts) % 2 == 0 and all(name.lower() in OPTIONS for name in parts[::2])
        message = data[start + 4 : end - 1]
        known = data[start + 2 : start + 3] == b"\x00" and data[start + 3 : start + 4] <= b"\x08"
        return opcode == b"\x05" and known and len(message) > 3 and message.isascii() and message.decode().isprintable()


def _string(read: Reader) -> bytes:
    """Return bytes up to a zero, which is taken, too."""
    at = read.at
    stop = read.data.find(b"\x00", at, min(read.end, len(read.data)))
    if stop < 0:
        if read.end > len(read.data):
            read.skip(read.left)  # cut: it raises
        raise Malformed("TFTP text without an end", at)
    read.at = stop + 1
    return read.data[at:stop]
