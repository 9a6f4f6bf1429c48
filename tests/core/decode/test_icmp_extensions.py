from pcaptools.core.decode.icmp_extensions import find_extensions, read_extensions
from pcaptools.core.decode.tlv import Fields


def objects(text: str) -> list[Fields]:
    data = bytes.fromhex("20000000" + text)
    found: list[Fields] = read_extensions(data, 0, len(data))["objects"]
    return found


def test_label_stack() -> None:  # RFC 4950, 7
    (stack,) = objects("000c 01 01 18a4a0fe 00010140")
    assert (stack["class"], stack["class_name"], stack["c_type"], stack["length"]) == (1, "MPLS Label Stack", 1, 12)
    assert stack["labels"] == [
        {"label": 0x18A4A, "exp": 0, "s": 0, "ttl": 254}, {"label": 16, "exp": 0, "s": 1, "ttl": 64},
    ]  # fmt: skip


def test_interface_information() -> None:  # RFC 5837, 4: the role, and which parts there are, are in the C-Type
    (whole,) = objects("001c 02 8f 00000007 0001 0000 c0000201 08 65746830 000000 000005dc")
    assert (whole["role"], whole["role_name"], whole["index"]) == (2, "outgoing", 7)
    assert (whole["afi"], whole["address"], whole["name"], whole["mtu"]) == (1, "192.0.2.1", "eth0", 1500)
    (six,) = objects("0018 02 04 0002 0000 20010db8 00000000 00000000 00000001")
    assert (six["role_name"], six["address"]) == ("incoming", "2001:db8::1")


def test_interface_identification() -> None:  # RFC 8335, 2.1
    (name,) = objects("0008 03 01 65746830")
    assert name["name"] == "eth0"
    (index,) = objects("0008 03 02 00000003")
    assert index["index"] == 3
    (address,) = objects("000c 03 03 0001 04 00 c0000201")
    assert (address["afi_name"], address["address"]) == ("IPv4", "192.0.2.1")
    (mac,) = objects("0010 03 03 0006 06 00 020000000001 0000")
    assert (mac["afi_name"], mac["address"]) == ("802", "02:00:00:00:00:01")


def test_pointer() -> None:  # RFC 8883, 3.1
    assert objects("0008 04 01 00000028")[0]["pointer"] == 40


def test_unknown_and_broken_objects_are_kept() -> None:
    unknown, short = objects("0006 f7 01 abcd 0003 01 01")
    assert (unknown["class_name"], unknown["data"]) == ("unknown", b"\xab\xcd")
    assert short["malformed"] == "ICMP extension object with length 3"
    (long,) = objects("0040 01 01 00010140")
    assert long["malformed"] == "ICMP extensions: 60 bytes in 4"
    (inside,) = objects("0006 02 08 0000")
    assert inside["malformed"] == "Interface Information object: 4 bytes in 2"
    assert read_extensions(bytes.fromhex("30000000"), 0, 4)["objects"][0]["malformed"].endswith("version 3")
    assert objects("0004 f7 01" * 100)[-1]["malformed"] == "more than 64 objects"


def test_where_they_are() -> None:
    data = bytes(8 + 128) + bytes.fromhex("2000 ddb5 0008 0101 00010140")
    assert find_extensions(data, 8, len(data), 128) == 136
    assert find_extensions(data, 8, len(data), 0) == 136
    assert find_extensions(data[:-1] + b"\x41", 8, len(data), 0) == 0  # the checksum is wrong
    assert find_extensions(data[:-2], 8, len(data), 0) == 136  # cut: the object might be one
    assert find_extensions(data, 8, 100, 0) == 0
    assert find_extensions(data, 8, 100, 128) == 0
