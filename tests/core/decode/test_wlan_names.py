from pcaptools.core.decode.wlan_names import ELEMENTS, subtype_name


def test_subtype_name() -> None:
    assert subtype_name(0, 8) == "Beacon"
    assert subtype_name(1, 13) == "Ack"
    assert subtype_name(2, 12) == "QoS Null"
    assert subtype_name(1, 0) == "reserved control 0"


def test_element_ids_are_bytes() -> None:
    assert max(ELEMENTS) == 255
