from __future__ import annotations

import pytest
from support.tshark_values import names_of

from pcaptools.core.decode.mqtt_names import CONNACK_3, PROPERTIES, REASONS, TYPES


def same(text: str) -> str:
    return text.lower().replace(" ", "_").replace("-", "_").replace("(", "").replace(")", "")


def test_properties_as_tshark_has_them() -> None:
    theirs = {number: same(name) for number, name in names_of("mqtt.property_id").items()}
    theirs[0x02] = "message_expiry_interval"  # which Wireshark calls by the word of a draft (MQTT 5, 2.2.2.2)
    assert {number: name for number, (name, _) in PROPERTIES.items()} == theirs


@pytest.mark.parametrize(
    ("code", "name"),
    [(0x80, "unspecified_error"), (0x87, "not_authorized"), (0xA2, "wildcard_subscriptions_not_supported")],
)
def test_reasons(code: int, name: str) -> None:  # MQTT 5, 2.4
    assert REASONS[code] == name


def test_types_and_return_codes() -> None:  # MQTT 3.1.1, 2.2.1 and 3.2.2.3
    assert (TYPES[1], TYPES[8], TYPES[15]) == ("connect", "subscribe", "auth")
    assert (CONNACK_3[0], CONNACK_3[5]) == ("accepted", "not_authorized")
