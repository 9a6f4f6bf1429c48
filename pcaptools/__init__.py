"""See what your programs say on the wire: a terminal tracing suite for HTTP and TCP."""

__version__ = "0.1.0"
