from pcaptools.core.decode.linktypes import link_type_name


def test_names() -> None:
    assert link_type_name(1) == "LINKTYPE_ETHERNET"
    assert link_type_name(113) == "LINKTYPE_LINUX_SLL"
    assert link_type_name(276) == "LINKTYPE_LINUX_SLL2"
    assert link_type_name(0) == "LINKTYPE_NULL"
    assert link_type_name(101) == "LINKTYPE_RAW"


def test_a_number_without_a_name() -> None:
    assert link_type_name(9999) == "LINKTYPE_9999"
