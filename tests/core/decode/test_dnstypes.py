import pytest

from pcaptools.core.decode import dnstypes
from pcaptools.core.decode.dnstypes import class_name, opcode_name, rcode_name, type_name


@pytest.mark.parametrize(
    ("name", "number", "text"),
    [
        (type_name, 1, "A"),
        (type_name, 65, "HTTPS"),
        (type_name, 255, "ANY"),
        (type_name, 65280, "TYPE65280"),  # RFC 3597, 5
        (class_name, 1, "IN"),
        (class_name, 255, "ANY"),
        (class_name, 2, "CLASS2"),
        (opcode_name, 5, "UPDATE"),
        (opcode_name, 3, "OPCODE3"),
        (rcode_name, 3, "NXDOMAIN"),
        (rcode_name, 23, "BADCOOKIE"),
        (rcode_name, 12, "RCODE12"),
    ],
)
def test_names(name: object, number: int, text: str) -> None:
    assert callable(name)
    assert name(number) == text


def test_the_types_are_those_that_dnspython_knows() -> None:
    import dns.rdatatype

    for kind in dns.rdatatype.RdataType:
        name = kind.name.replace("_", "-")
        if kind.value and name not in {"TYPE0", "NONE", "NSAP-PTR"}:
            assert dnstypes.TYPES.get(kind.value, name) == name


def test_the_codes_are_those_that_dnspython_knows() -> None:
    import dns.opcode
    import dns.rcode

    assert {kind.value: kind.name for kind in dns.opcode.Opcode}.items() <= dnstypes.OPCODES.items()
    other = {16: "BADVERS"}  # that, or BADSIG in TSIG
    assert {kind.value: kind.name for kind in dns.rcode.Rcode}.items() - other.items() <= dnstypes.RCODES.items()
