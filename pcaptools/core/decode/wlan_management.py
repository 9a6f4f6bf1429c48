"""The bodies of IEEE 802.11 management frames (IEEE 802.11-2020, 9.3.3): fixed fields, then elements."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from pcaptools.core.decode import wlan_actions as actions
from pcaptools.core.decode import wlan_elements as elements
from pcaptools.core.decode.layer import Layer, Malformed, octets, plain
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.wlan_codes import reason_name, status_name
from pcaptools.core.decode.wlan_names import ALGORITHMS
from pcaptools.core.decode.wlan_security import in_words

SAE = 3


class Capabilities(NamedTuple):
    """The capability information field (9.4.1.4), each 0 or 1."""

    ess: int
    ibss: int
    cf_pollable: int
    cf_poll_request: int
    privacy: int
    short_preamble: int
    pbcc: int
    channel_agility: int
    spectrum_management: int
    qos: int
    short_slot_time: int
    apsd: int
    radio_measurement: int
    dsss_ofdm: int
    delayed_block_ack: int
    immediate_block_ack: int


def read_capabilities(read: Reader) -> Capabilities:
    """Read the two bytes."""
    word = read.little(2)
    return Capabilities(*(word >> bit & 1 for bit in range(16)))


class Management(Layer):
    """What all of them share: `elements`, and by name those that tell what network it is."""

    __slots__ = ("_trouble", "elements")

    key = "management"
    sparse = True
    name: ClassVar[str] = "management frame"
    fixed: ClassVar[tuple[str, ...]] = ()
    """What stands before the elements; None where that was cut."""

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.elements: list[elements.Element] = []
        self._trouble: Malformed | None = None
        for name in self.fixed:
            setattr(self, name, None)
        read = Reader.of(self, self.name)
        try:
            self.read_fixed(read)
            elements.read_elements(read, self.elements)
        except Malformed as error:
            self._trouble = error

    def read_fixed(self, read: Reader) -> None:
        """Read what stands before the elements."""

    def element(self, kind: int) -> Any:
        """Return the value of the first element of a kind; None where there is none."""
        return next((element.value for element in self.elements if element.id == kind), None)

    @property
    def ssid(self) -> str | None:
        """The name of the network, or of the mesh; "" is any network, in a probe."""
        ssid = self.element(elements.SSID)
        name = self.element(elements.MESH_ID) or ssid
        return name if isinstance(name, str) else None

    @property
    def supported_rates(self) -> list[float]:
        """All rates in Mbit/s."""
        return self._rates("rates")

    @property
    def basic_rates(self) -> list[float]:
        """Those of them that every station of the network must know."""
        return self._rates("basic")

    @property
    def channel(self) -> int | None:
        """The channel's number."""
        number = self.element(elements.DS)
        operation = self.element(elements.HT_OPERATION)
        if number is None and isinstance(operation, dict):
            number = operation["primary_channel"]
        return number if isinstance(number, int) else None

    def _rates(self, which: str) -> list[float]:
        both = (self.element(elements.RATES), self.element(elements.EXTENDED_RATES))
        return [rate for value in both if isinstance(value, dict) for rate in value[which]]

    @property
    def security(self) -> str:
        """How the network is protected, in words: "RSN SAE CCMP"; "" where it does not say."""
        rsn = self.element(elements.RSN)
        words = [in_words("RSN", rsn)] if isinstance(rsn, dict) else []
        vendors = [element.value for element in self.elements if element.id == elements.VENDOR]
        words += [in_words("WPA", value["wpa"]) for value in vendors if isinstance(value, dict) and "wpa" in value]
        return ", ".join(words)

    def next(self) -> None:
        """Nothing follows but what is wrong."""
        if self._trouble:
            raise self._trouble

    def as_dict(self) -> dict[str, Any]:
        """Return the fields that were there, what the elements say, and the elements."""
        said = ("ssid", "supported_rates", "basic_rates", "channel", "security")
        values = ((name, getattr(self, name)) for name in said)
        result = super().as_dict() | {
            name: value for name, value in values if value or (name == "ssid" and value == "")
        }
        return result | {"elements": plain(self.elements)}


class Other(Management):
    """A frame of which only the elements are known."""

    __slots__ = ()


class Beacon(Management):
    """A beacon: the network is here. `timestamp` is in µs, `beacon_interval` in units of 1024 µs."""

    __slots__ = ("beacon_interval", "capabilities", "timestamp")
    name = "Beacon"
    fixed = fields = ("timestamp", "beacon_interval", "capabilities")

    timestamp: int | None
    beacon_interval: int | None
    capabilities: Capabilities | None

    def read_fixed(self, read: Reader) -> None:
        """9.3.3.2."""
        self.timestamp = read.little(8)
        self.beacon_interval = read.little(2)
        self.capabilities = read_capabilities(read)


class ProbeResponse(Beacon):
    """The same, for somebody who asked."""

    __slots__ = ()
    name = "Probe Response"


class ProbeRequest(Management):
    """Somebody asks which networks are here."""

    __slots__ = ()
    name = "Probe Request"


class AssociationRequest(Management):
    """A station wants to join."""

    __slots__ = ("capabilities", "listen_interval")
    name = "Association Request"
    fixed: ClassVar[tuple[str, ...]] = ("capabilities", "listen_interval")
    fields: ClassVar[tuple[str, ...]] = ("capabilities", "listen_interval")

    def read_fixed(self, read: Reader) -> None:
        """9.3.3.5."""
        self.capabilities = read_capabilities(read)
        self.listen_interval = read.little(2)


class ReassociationRequest(AssociationRequest):
    """A station wants to come from another access point."""

    __slots__ = ("current_ap",)
    name = "Reassociation Request"
    fixed = fields = ("capabilities", "listen_interval", "current_ap")

    def read_fixed(self, read: Reader) -> None:
        """9.3.3.7: the address of the other access point comes last."""
        super().read_fixed(read)
        self.current_ap = octets(read.take(6))


class AssociationResponse(Management):
    """The answer to both; `aid` is the number that the station gets."""

    __slots__ = ("aid", "capabilities", "status_code")
    name = "Association Response"
    fixed = ("capabilities", "status_code", "aid")
    fields = ("capabilities", "status_code", "status", "aid")

    capabilities: Capabilities | None
    status_code: int | None
    aid: int | None

    def read_fixed(self, read: Reader) -> None:
        """9.3.3.6; the two upper bits of the number are set on the wire."""
        self.capabilities = read_capabilities(read)
        self.status_code = read.little(2)
        self.aid = read.little(2) & 0x3FFF

    @property
    def status(self) -> str | None:
        """The status in words."""
        return None if self.status_code is None else status_name(self.status_code)


class Authentication(Management):
    """A step of authentication. With SAE there is its own content instead of elements."""

    __slots__ = ("algorithm", "sae", "status_code", "transaction")
    name = "Authentication"
    fixed = ("algorithm", "transaction", "status_code", "sae")
    fields = ("algorithm", "algorithm_name", "transaction", "status_code", "status", "sae")

    algorithm: int | None
    transaction: int | None
    status_code: int | None
    sae: dict[str, Any] | None

    def read_fixed(self, read: Reader) -> None:
        """9.3.3.11, and for SAE 9.4.1.37 to 9.4.1.42."""
        self.algorithm = read.little(2)
        self.transaction = read.little(2)
        self.status_code = read.little(2)
        if self.algorithm == SAE and read:
            if self.transaction == 1:
                self.sae = {"message": "commit", "group": read.little(2), "data": read.rest()}
            else:
                self.sae = {"message": "confirm", "send_confirm": read.little(2), "data": read.rest()}

    @property
    def algorithm_name(self) -> str | None:
        """The algorithm's name."""
        return None if self.algorithm is None else ALGORITHMS.get(self.algorithm, "unknown")

    @property
    def status(self) -> str | None:
        """The status in words."""
        return None if self.status_code is None else status_name(self.status_code)


class Deauthentication(Management):
    """The end of an authentication."""

    __slots__ = ("reason_code",)
    name = "Deauthentication"
    fixed: ClassVar[tuple[str, ...]] = ("reason_code",)
    fields = ("reason_code", "reason")

    reason_code: int | None

    def read_fixed(self, read: Reader) -> None:
        """9.3.3.12."""
        self.reason_code = read.little(2)

    @property
    def reason(self) -> str | None:
        """The reason in words."""
        return None if self.reason_code is None else reason_name(self.reason_code)


class Disassociation(Deauthentication):
    """The end of an association."""

    __slots__ = ()
    name = "Disassociation"


class Action(Management):
    """An action frame. `details` is what is known of its fields, which every action has its own of."""

    __slots__ = ("action", "category", "details")
    name = "Action"
    fixed = ("category", "action", "details")
    fields = ("category", "category_name", "action", "action_name", "details")

    category: int | None
    action: int | None
    details: dict[str, Any] | None

    def read_fixed(self, read: Reader) -> None:
        """9.6.2."""
        self.category = read.u8()
        if self.category == actions.VENDOR:
            self.details = {"oui": octets(read.take(3)), "data": read.rest()}
            return
        self.action = read.u8()
        self.details = actions.read_details(self.category, self.action, read)

    @property
    def category_name(self) -> str | None:
        """The category's name."""
        return None if self.category is None else actions.category_name(self.category)

    @property
    def action_name(self) -> str | None:
        """The action's name."""
        return None if self.action is None else actions.action_name(self.category, self.action)
