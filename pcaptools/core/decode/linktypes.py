"""Names of the LINKTYPE_ numbers that capture files hold (tcpdump.org/linktypes.html)."""

from __future__ import annotations

LINKTYPE_NAMES = {
    0: "NULL", 1: "ETHERNET", 3: "AX25", 6: "IEEE802_5", 7: "ARCNET_BSD", 8: "SLIP", 9: "PPP", 10: "FDDI",
    12: "RAW", 14: "RAW",
    50: "PPP_HDLC", 51: "PPP_ETHER", 99: "SYMANTEC_FIREWALL", 100: "ATM_RFC1483", 101: "RAW", 104: "C_HDLC",
    105: "IEEE802_11", 107: "FRELAY", 108: "LOOP", 113: "LINUX_SLL", 117: "PFLOG", 119: "IEEE802_11_PRISM",
    122: "IP_OVER_FC", 127: "IEEE802_11_RADIOTAP", 138: "APPLE_IP_OVER_IEEE1394", 143: "DOCSIS",
    147: "USER0", 149: "USER2", 162: "USER15", 163: "IEEE802_11_AVS", 165: "BACNET_MS_TP", 166: "PPP_PPPD",
    169: "GPRS_LLC", 187: "BLUETOOTH_HCI_H4", 189: "USB_LINUX", 192: "PPI", 195: "IEEE802_15_4_WITHFCS",
    201: "BLUETOOTH_HCI_H4_WITH_PHDR", 203: "LAPD", 204: "PPP_WITH_DIR", 215: "IEEE802_15_4_NONASK_PHY",
    220: "USB_LINUX_MMAPPED", 224: "FC_2", 226: "IPNET", 227: "CAN_SOCKETCAN", 228: "IPV4", 229: "IPV6",
    230: "IEEE802_15_4_NOFCS", 231: "DBUS", 239: "NFLOG", 240: "NETANALYZER", 242: "IPOIB", 249: "USBPCAP",
    251: "BLUETOOTH_LE_LL", 253: "NETLINK", 258: "PKTAP", 265: "EPON", 271: "VSOCK", 274: "ETHERNET_MPACKET",
    276: "LINUX_SLL2",
}  # fmt: skip


def link_type_name(link_type: int) -> str:
    """Return "LINKTYPE_ETHERNET" and so on; the number where there is no name."""
    return f"LINKTYPE_{LINKTYPE_NAMES.get(link_type, link_type)}"
