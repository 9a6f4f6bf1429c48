import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.lldp_values import organizational
from pcaptools.core.decode.reader import Reader

# The seventeen TLVs with an organization's subtype that lldpd sent, and what tshark reads in some of them.
CHECKS = rows("lldp.pcap", {
    1: [
        ("link.lldp.tlvs[8][value][vlan_id]", 10, "lldp.ieee.802_1.vlan.id"),
        ("link.lldp.tlvs[8][value][vlan_name]", "vlan10", "lldp.ieee.802_1.vlan.name"),
        ("link.lldp.tlvs[9][value][capable]", 1, "lldp.ieee.802_3.aggregation_status.cap"),
        ("link.lldp.tlvs[10][value][autonegotiation_supported]", 0,
         "lldp.ieee.802_3.mac_phy_auto_neg_status.supported"),
        ("link.lldp.tlvs[10][value][mau_type]", 0x36, "lldp.ieee.802_3.pmd_mau_type"),
        ("link.lldp.tlvs[11][value][port_class]", "PSE", "lldp.ieee.802_3.mdi_power_support.port_class", "1"),
        ("link.lldp.tlvs[11][value][power_class]", 3, "lldp.ieee.802_3.mdi_power_class", "4"),
        ("link.lldp.tlvs[11][value][requested_mw]", 12000, "lldp.ieee.802_3.mdi_pde_requested", "120"),
        ("link.lldp.tlvs[11][value][allocated_mw]", 11000, "lldp.ieee.802_3.mdi_pse_allocated", "110"),
        ("link.lldp.tlvs[12][value][class]", "network connectivity", "lldp.media.subtype.class", "4"),
        ("link.lldp.tlvs[15][value]", "6.1.0-56-amd64", "lldp.media.software"),
        ("link.lldp.tlvs[16][value]", "QEMU", "lldp.media.manufacturer"),
        ("link.lldp.tlvs[19][value][country]", "DE", "lldp.media.civic.country"),
        ("link.lldp.tlvs[19][value][address][city]", "Berlin", "lldp.media.civic.value"),
        ("link.lldp.tlvs[19][value][address][number]", "5", "lldp.media.civic.value[2]"),
        ("link.lldp.tlvs[20][value][application]", "voice", "lldp.media.app_type", "1"),
        ("link.lldp.tlvs[20][value][vlan_id]", 20, "lldp.media.vlan_id"),
        ("link.lldp.tlvs[20][value][dscp]", 46, "lldp.media.dscp"),
        ("link.lldp.tlvs[21][value][power_mw]", 5000, "lldp.media.power.value", "50"),
    ],
}) + rows("corpus:tcpdump/dcb_pfc.pcap", {
    2: [
        ("link.lldp.tlvs[3][value]", 1, "lldp.ieee.802_1.port_vlan.id"),
        ("link.lldp.tlvs[4][value][supported]", 1, "lldp.ieee.802_1.port_and_vlan_id_flag.supported"),
        ("link.lldp.tlvs[6][value]", bytes.fromhex("0000424203000000"), "lldp.ieee.802_1.proto.id", "0000424203000000"),
        ("link.lldp.tlvs[7][value][max_classes]", 4, "tcpdump", "PFC cap:4"),
        ("link.lldp.tlvs[7][value][priorities]", [2, 4, 5], "tcpdump", "PFC Enable"),
    ],
}) + rows("corpus:tcpdump/lldp_mudurl.pcap", {
    1: [
        ("link.lldp.tlvs[-2][subtype_name]", "MUD URL", "tcpdump", "MUD-URL"),
        ("link.lldp.tlvs[-2][value]", "https://imright.mud.example.com/.well-known/mud/v1/vomitv2.0", "tcpdump",
         "MUD-URL"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_the_coordinates_that_lldpd_was_told() -> None:
    """48.85667N, 2.2014E, 117.47 m; tshark shows whole degrees only."""
    found = packets("lldp.pcap")[0].link.lldp.tlvs[18]["value"]
    assert (round(found["latitude"], 4), round(found["longitude"], 4), found["altitude"]) == (48.8567, 2.2014, 117.47)


def value(text: str) -> dict[str, object]:
    data = bytes.fromhex(text)
    return organizational(Reader(data, 0, len(data), "TLV"))


def test_nobody_knows_it() -> None:
    assert value("334455 fe 5555") == {
        "oui": "33:44:55", "organization": None, "subtype": 254, "subtype_name": None, "value": b"\x55\x55",
    }  # fmt: skip


def test_negative_coordinates() -> None:  # RFC 6225, 2.3: two's complement
    bits = 0b010010 << 122 | (-33 * (1 << 25) & 0x3FFFFFFFF) << 88 | (-70 * (1 << 25) & 0x3FFFFFFFF) << 48 | 1
    found = value("0012bb 03 01" + bits.to_bytes(16, "big").hex())["value"]
    assert isinstance(found, dict)
    assert (found["latitude"], found["longitude"], found["datum"]) == (-33.0, -70.0, 1)


def test_elin_and_frame_size() -> None:
    assert value("0012bb 03 03 313132")["value"] == {"elin": "112"}
    assert value("00120f 04 05ee")["value"] == 1518
