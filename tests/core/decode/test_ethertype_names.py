from pcaptools.core.decode.ethertype_names import ETHERTYPE_NAMES, named


def test_named() -> None:
    assert named(0x88E5) == "0x88e5 (MACsec)"
    assert named(0x1234) == "0x1234"


def test_lengths_have_no_names() -> None:  # IEEE 802.3, 3.2.6
    assert min(ETHERTYPE_NAMES) >= 0x600
