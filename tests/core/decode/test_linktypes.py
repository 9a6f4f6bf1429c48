from support.cuts import framed, line

from pcaptools.core.decode.linktypes import LINKTYPE_NAMES, link_type_name


def test_names() -> None:
    assert link_type_name(1) == "LINKTYPE_ETHERNET"
    assert link_type_name(113) == "LINKTYPE_LINUX_SLL"
    assert link_type_name(276) == "LINKTYPE_LINUX_SLL2"
    assert link_type_name(0) == "LINKTYPE_NULL"
    assert link_type_name(101) == "LINKTYPE_RAW"


def test_a_number_without_a_name() -> None:
    assert link_type_name(9999) == "LINKTYPE_9999"


def test_every_number_up_to_300() -> None:
    """tcpdump.org/linktypes.html and libpcap's pcap-common.c; 208 is reserved without a name."""
    assert {number for number in range(104, 301) if number not in LINKTYPE_NAMES} == {208}
    assert [LINKTYPE_NAMES[number] for number in (259, 265, 291, 300)] == ["EPON", "RDS", "NETANALYZER_NG", "MDB"]
    assert [LINKTYPE_NAMES[number] for number in (147, 162)] == ["USER0", "USER15"]


def test_no_name_stands_for_two() -> None:
    names = [name for name in LINKTYPE_NAMES.values() if name != "RAW"]
    assert len(names) == len(set(names))


def test_a_link_that_nobody_decodes_is_told_by_name() -> None:
    assert line(framed("010203", 189)) == "no decoder for LINKTYPE_USB_LINUX, 3 bytes"
    assert line(framed("010203", 9999)) == "no decoder for LINKTYPE_9999, 3 bytes"
