"""What an ICMP error quotes: the packet that it is about, mostly cut, and perhaps extensions (RFC 4884)."""

from __future__ import annotations

from pcaptools.core.decode.bodied import Bodied, Fill
from pcaptools.core.decode.icmp_extensions import find_extensions, read_extensions
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Cut, Layer, decode_layer
from pcaptools.core.decode.reader import Reader


class Quoting(Bodied):
    """A message that may quote a packet, which is then the layer inside."""

    __slots__ = ("_quote", "quotes")

    quotes: bool  # type: ignore[misc]  # of the instance here: an echo quotes nothing

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.quotes = False
        self._quote: tuple[int, int] | None = None

    def read_body(self, fill: Fill, read: Reader) -> None:
        """Have `fill` read the body; what is wrong beside a quoted packet is told in the body."""
        super().read_body(fill, read)
        if self._trouble is not None and self._quote is not None:
            self.body["truncated" if isinstance(self._trouble, Cut) else "malformed"] = str(self._trouble)

    def quote(self, start: int, end: int) -> None:
        """Take data[start:end] for the quoted packet."""
        if start < end:
            self._quote = (start, end)
            self.quotes = True

    def quote_with_extensions(self, start: int, length: int) -> None:
        """Take what begins at `start` for the quoted packet, of `length` bytes, and what follows for extensions.

        Length 0 is from before RFC 4884: then nothing follows, except that some routers had extensions already,
        behind 128 bytes.
        """
        at = find_extensions(self.data, start, self.end, length)
        self.quote(start, min(at, self.end) if at else self.end)
        if at:
            self.body["extensions"] = read_extensions(self.data, at, self.end)

    @property
    def child(self) -> Layer | None:
        """The quoted packet; of a message without one, what others carry."""
        if self._child is None and self._quote is not None:
            self._child = self._decode_quote(*self._quote)
        return super().child

    def _decode_quote(self, start: int, end: int) -> Layer:
        """Decode a packet that ends, by its own word, behind what is quoted of it: the rest is truncated.

        The data given to its layers end where the quotation does, so that nobody takes what follows for more of
        it. Linux says 0 in the length of a packet that its card was to cut (then all there is belongs to it).
        """
        data = self.data[:end]
        decoder: type[Layer] = IPv4 if self.key == "icmp" else IPv6
        at = start + (2 if decoder is IPv4 else 4)
        length = int.from_bytes(data[at : at + 2], "big")
        told = start + length + (0 if decoder is IPv4 else 40)
        return decode_layer(decoder, data, start, max(end, told), self.depth + 1)
