"""How long an exchange took, as text: milliseconds, so that lines can be compared and sorted."""

from __future__ import annotations

from pcaptools.core.events import HttpResponseComplete, WebSocketUpgrade

MAX_TEXTS = 4096


class _Texts(dict[int, str]):
    """Nanoseconds → text. Spans of a capture repeat, and a look into a dict is a fifth of the time of formatting."""

    def __missing__(self, span: int) -> str:
        if len(self) >= MAX_TEXTS:
            self.clear()
        text = self[span] = f"{span / 1e6:.3f}ms"
        return text


_TEXTS = _Texts()


def milliseconds(span: int) -> str:
    """Return nanoseconds as milliseconds with three decimals: 0.135ms."""
    return _TEXTS[span]


def latency(event: HttpResponseComplete) -> str:
    """Return what is known of an exchange's time, to stand behind a size; connect with the first of a session."""
    wait, total = event.latency, event.total
    if wait is not None and total is not None:
        tail = f", wait {_TEXTS[wait]}, transfer {_TEXTS[event.duration]}, total {_TEXTS[total]}"
    else:
        tail = f", transfer {_TEXTS[event.duration]}"
        if total is not None:
            tail = f"{tail}, total {_TEXTS[total]}"
    if event.number == 1 and (connect := event.session.connect) is not None:
        return f", connect {_TEXTS[connect]}{tail}"
    return tail


def upgrade_latency(event: WebSocketUpgrade) -> str:
    """Return the same of an upgrade, that ends its exchange's HTTP without another line."""
    connect = event.session.connect if event.number == 1 else None
    spans = (("connect", connect), ("wait", event.latency))
    return "".join(f", {name} {_TEXTS[span]}" for name, span in spans if span is not None)
