"""The options of http-trace that are about bodies, and where bodies go beside the lines."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from pcaptools.commands._extract import BodyFolder
from pcaptools.commands._har import HarFile
from pcaptools.core.errors import CaptureFileError, UsageError
from pcaptools.core.events import Event
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.protocols.http import coding, media
from pcaptools.core.protocols.http.exchanges import Exchanges
from pcaptools.core.protocols.http.kept import MAX_BODY
from pcaptools.core.protocols.websocket.bounds import MAX_INFLATED, MAX_MESSAGE
from pcaptools.printers.bodies import DECODED
from pcaptools.printers.har import HarFormat
from pcaptools.printers.sizes import parse_size

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class BodyOptions:
    """What is to be done with bodies."""

    show: bool = False
    limit: int | None = None
    """Bytes of a body, as given; None for the defaults."""
    extract: str = ""
    har: str = ""
    secrets: bool = False
    """Leave credentials in the HAR."""
    force: bool = False
    message_limit: int | None = None
    """Bytes of a WebSocket message, as given; None for the default."""

    @property
    def wanted(self) -> bool:
        """Somebody asks for bodies at all."""
        return self.show or bool(self.extract)

    @property
    def files_limit(self) -> int:
        """Bytes of a decoded body that a file or a JSON line gets."""
        return MAX_BODY if self.limit is None else self.limit

    def analysers(self, json: bool, *, searched: bool = False) -> Analysers:
        """Make the analysers, that keep as much of a body as is going to be used; `searched` by a filter too."""
        for_text = max(DECODED, self.limit or 0)
        only_text = not (self.extract or self.har or json or searched)
        return Analysers(
            bodies=self.wanted or searched,
            max_body=for_text if only_text else self.files_limit,
            max_message=MAX_MESSAGE if self.message_limit is None else self.message_limit,
        )


class BodyOutputs:
    """Where bodies go beside the lines."""

    def __init__(self, options: BodyOptions, *, searched: bool = False) -> None:
        if options.wanted or options.har or searched:  # what they need is imported while we may still be root
            coding.preload()
            media.preload()
        self._options = options
        self._folder: BodyFolder | None = None
        self._har: HarFile | None = None
        self._exchanges = Exchanges(at_close=True)
        self.failure: CaptureFileError | None = None
        """Why nothing more can be written."""

    def open(self) -> None:
        """Make the folder and the archive, before anything is traced."""
        options = self._options
        if options.extract:
            self._folder = BodyFolder(options.extract, force=options.force, limit=options.files_limit)
        if options.har:
            form = HarFormat(bodies=options.show, secrets=options.secrets, limit=options.files_limit)
            self._har = HarFile(options.har, form, force=options.force)

    def take(self, events: list[Event]) -> None:
        """Take the events of a batch."""
        if self.failure is not None:
            return
        try:
            if self._folder is not None:
                self._folder.take(events)
            if self._har is not None:
                for event in events:
                    self._har.take(self._exchanges.take(event))
        except CaptureFileError as error:
            self.failure = error

    def notices(self) -> dict[str, int]:
        """Return which bounds were hit, in words, and how often."""
        return self._exchanges.notices() if self._har is not None else {}

    def close(self) -> None:
        """End of the input. May be called more than once."""
        try:
            if self._har is not None:
                if self.failure is None:
                    self._har.take(self._exchanges.finish())
                self._har.close()
        except CaptureFileError as error:
            self.failure = self.failure or error
        if self._folder is not None:
            self._folder.close()


def _message_size(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    size = _size(context, parameter, value)
    if size is not None and size > MAX_INFLATED:
        raise UsageError(f'--message-limit "{value}" is too much', f"write at most {MAX_INFLATED >> 20}MB")
    return size


def _size(_: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    size = parse_size(value)
    if size is None or not 0 < size < 1 << 40:
        raise UsageError(f'--{parameter.name} "{value}" is no size'.replace("_", "-"), "write it as 500, 64KB or 1.5MB")
    return size


OPTIONS: list[Callable[[F], F]] = [
    click.option("--bodies", is_flag=True, help="Print the bodies of messages, decoded."),
    click.option("--body-limit", callback=_size, metavar="SIZE",
                 help="Print or keep so much of a body (64KB in text, else 16MB)."),
    click.option("--message-limit", callback=_message_size, metavar="SIZE",
                 help="Keep so much of a WebSocket message (1MB)."),
    click.option("--extract", default="", metavar="DIR", help="Save the bodies of messages, decoded, in this folder."),
    click.option("--har", default="", metavar="FILE", help="Write the exchanges as a HAR 1.2 archive too."),
    click.option("--show-secrets", is_flag=True,
                 help="Leave passwords, tokens and cookies in what --har and --curl make."),
]  # fmt: skip


def body_options(function: F) -> F:
    """Give a command the options about bodies, below `capture_options`; it gets one `bodies: BodyOptions`."""

    def with_bodies(options: Any, bodies: bool, body_limit: int | None, **parameters: Any) -> Any:
        found = BodyOptions(bodies, body_limit, force=options.force)
        found.extract, found.har = parameters.pop("extract"), parameters.pop("har")
        found.secrets = parameters.pop("show_secrets")
        found.message_limit = parameters.pop("message_limit")
        return function(options, bodies=found, **parameters)

    decorated: Any = functools.update_wrapper(with_bodies, function)
    for decorate in reversed(OPTIONS):
        decorated = decorate(decorated)
    result: F = decorated
    return result
