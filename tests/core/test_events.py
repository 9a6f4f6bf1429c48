"""Events: slotted, named as the schema names them, and headers taken apart on demand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pcaptools.core import events
from pcaptools.core.events import Event, HttpRequest
from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.tcp.session import Session

SCHEMA = Path(__file__).parents[2] / "docs" / "schema.json"
KINDS = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if vars(kind).get("name")])
def test_every_event_is_slotted_and_has_a_schema(kind: type[Event]) -> None:
    assert "__slots__" in vars(kind)
    assert kind.name in json.loads(SCHEMA.read_text())["$defs"]


def test_headers_are_taken_apart_on_demand() -> None:
    session = Session(bytes(12), 0)
    event = HttpRequest(session, 0, "send", 1, "GET", "/", "1.1", HeaderFields(b"\r\nA: b\r\na: c"), [])
    assert event.headers == [("A", "b"), ("a", "c")]
    assert not hasattr(event, "__dict__")
