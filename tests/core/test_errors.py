"""Errors are one line, with the remedy behind the message; their exit statuses are the design's."""

from __future__ import annotations

import pytest

from pcaptools.core import errors


@pytest.mark.parametrize("kind", [kind for kind in vars(errors).values() if isinstance(kind, type)])
def test_every_error_is_a_pcaptools_error_with_a_remedy(kind: type[errors.PcapToolsError]) -> None:
    error = kind("it is broken", "mend it")
    assert str(error) == "it is broken; mend it"
    assert str(kind("it is broken")) == "it is broken"
    assert isinstance(error, errors.PcapToolsError)
    assert error.exit_status == (2 if kind is errors.UsageError else 1)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    defined = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert defined <= {word for word in (errors.__doc__ or "").split() if word.endswith("Error")}
