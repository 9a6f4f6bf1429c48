"""Validation of JSON lines against docs/schema.json, fast enough for every line of every test."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

PATH = Path(__file__).resolve().parents[2] / "docs" / "schema.json"

Schema = dict[str, Any]


@cache
def schema() -> Schema:
    """Return the schema as it is written."""
    loaded: Schema = json.loads(PATH.read_text())
    return loaded


@cache
def validator() -> Draft202012Validator:
    """Return the validator of the whole schema: the authority, and slow."""
    return Draft202012Validator(schema())


@cache
def event_validator(event: str) -> Draft202012Validator:
    """Return the validator of one event, with what its definition refers to merged into one object schema."""
    definitions: dict[str, Schema] = schema()["$defs"]
    return Draft202012Validator({**_merged(definitions, event), "$defs": definitions})


def _merged(definitions: dict[str, Schema], name: str) -> Schema:
    merged: Schema = {"type": "object", "properties": {}, "required": []}
    own = definitions[name]
    parts = [_merged(definitions, part["$ref"].rpartition("/")[2]) for part in own.get("allOf", ())]
    for part in [*parts, own]:
        merged["properties"].update(part.get("properties", {}))
        merged["required"] += part.get("required", [])
    for keyword in ("oneOf", "patternProperties"):
        if keyword in own:
            merged[keyword] = own[keyword]
    if "unevaluatedProperties" in own:
        merged["additionalProperties"] = own["unevaluatedProperties"]
    return merged


def events() -> list[str]:
    """Return the names of all events."""
    names: list[str] = schema()["properties"]["event"]["enum"]
    return names


def check_line(line: str) -> dict[str, Any]:
    """Parse and validate one line of `--json` output."""
    assert line.isascii(), f"not pure ASCII: {line!r}"
    assert line.isprintable(), f"a raw control character: {line!r}"
    loaded = json.loads(line)
    assert isinstance(loaded, dict), f"not an object: {line}"
    event = loaded.get("event")
    assert event in events(), f"no such event in the schema: {line}"
    for error in event_validator(event).iter_errors(loaded):
        raise AssertionError(f"{error.json_path}: {error.message}\n{line}")
    return loaded


def validate_lines(text: str) -> list[dict[str, Any]]:
    """Parse and validate every line of `--json` output; return the objects."""
    assert not text or text.endswith("\n"), f"the last line has no end: {text[-200:]!r}"
    return [check_line(line) for line in text.split("\n")[:-1]]
