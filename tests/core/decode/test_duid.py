from typing import Any

import pytest

from pcaptools.core.decode.duid import duid


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        # RFC 8415, 11.2 to 11.5; the first is of dhcpv6.pcap, where tshark has 2026-11-24 12:06:24 UTC for the time
        (
            "00010001 32983a40 9ac304a30433",
            {
                "type": 1, "type_name": "link-layer address plus time", "hardware_type": 1, "time": 1795521984,
                "address": "9a:c3:04:a3:04:33",
            },
        ),
        (
            "0002 00000009 0cc084d303000912",
            {
                "type": 2, "type_name": "enterprise number", "enterprise": 9,
                "identifier": bytes.fromhex("0cc084d303000912"),
            },
        ),
        (
            "0003 0001 020000000001",
            {"type": 3, "type_name": "link-layer address", "hardware_type": 1, "address": "02:00:00:00:00:01"},
        ),
        ("0004" + "11" * 16, {"type": 4, "type_name": "UUID", "uuid": b"\x11" * 16}),
        ("0009 01", {"type": 9, "type_name": "unknown"}),
        ("", {"reason": "DUID: 2 bytes in 0"}),
        ("0001 0001 00", {"type": 1, "type_name": "link-layer address plus time", "reason": "DUID: 4 bytes in 1"}),
        ("0004 11", {"type": 4, "type_name": "UUID", "reason": "DUID: 16 bytes in 1"}),
    ],
)  # fmt: skip
def test_identifiers(data: str, fields: dict[str, Any]) -> None:
    assert duid(bytes.fromhex(data)) == {"bytes": bytes.fromhex(data), **fields}
