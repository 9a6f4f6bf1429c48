from pcaptools.core.decode.arp import ARP
from pcaptools.core.decode.layer import Layer
from pcaptools.core.decode.tables import Contents, Table, load


class Hello(Layer):
    key = "hello"

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        return data[start:end].startswith(b"hello")


def test_a_decoder_is_imported_when_it_is_asked_for() -> None:
    table = Table()
    table.add(7, "arp:ARP")
    table.add(8, Hello)
    assert list(table) == [7, 8]
    assert 7 in table
    assert table.get(7) is ARP
    assert table.get(8) is Hello
    assert table.get(9) is None
    table.remove(7)
    assert table.get(7) is None


def test_load() -> None:
    assert load("arp:ARP") is ARP


def test_contents(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    contents = Contents()
    assert contents.find(b"hello", 0, 5) is None
    monkeypatch.setattr("pcaptools.core.decode.tables.load", {"a": ARP, "h": Hello}.__getitem__)
    contents.add("a")
    contents.add("h")
    assert contents.find(b"..hello", 2, 7) is Hello
    assert contents.find(b"..hello", 2, 6) is None
    assert contents.find(b"..help", 2, 6) is None


def test_only_who_may_begin_with_a_byte_is_asked(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    asked = []

    class Other(Hello):
        first_bytes = b"hH"

        @classmethod
        def recognises(cls, data: bytes, start: int, end: int) -> bool:
            asked.append(data[start:end])
            return False

    contents = Contents()
    monkeypatch.setattr("pcaptools.core.decode.tables.load", {"o": Other, "h": Hello}.__getitem__)
    contents.add("o")
    assert contents.find(b"hello", 0, 5) is None
    contents.add("h")  # also when somebody was asked already
    assert contents.find(b"hello", 0, 5) is Hello
    assert contents.find(b"jello", 0, 5) is None
    assert asked == [b"hello", b"hello"]


def test_nothing_is_found_where_nothing_was_captured() -> None:
    contents = Contents()
    contents.add("arp:ARP")
    assert contents.find(b"cut", 3, 9) is None
