"""Reads HAR archives: against the schema, and with a reader that is not ours."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).with_name("har_schema.json")


@cache
def validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def entries_of(text: str) -> list[dict[str, Any]]:
    """Validate an archive and return its entries."""
    archive = json.loads(text)
    validator().validate(archive)
    found: list[dict[str, Any]] = archive["log"]["entries"]
    return found
