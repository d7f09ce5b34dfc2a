"""Which addresses and hosts are public: a judgment of text, without asking any resolver.

The ranges are those of the IANA special-purpose address registries (RFC 6890 and its updates),
written out here because Python's `is_global` changes between releases and counts some of them
as global. An IPv6 address that carries an IPv4 address is judged by the one it carries.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_SPECIAL_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # "this network", the unspecified address
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # shared by carriers (RFC 6598)
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's platform service, answered inside the virtual network
        "169.254.0.0/16",  # link-local, where clouds keep their metadata services
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a metadata service
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",  # private (RFC 1918)
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)

_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3ffe::/16",  # 6bone, returned
        "3fff::/20",  # documentation
    )
)

_NAT64 = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")

_PRIVATE_ENDINGS = (
    # RFC 6761, RFC 6762 appendix G, RFC 8375, and `.internal` as reserved by ICANN.
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "home.arpa",
    "lan",
)

_WILDCARD_ZONES = ("nip.io", "sslip.io", "xip.io", "traefik.me")
"""Public zones whose names resolve to the IPv4 address that they spell out."""
_LOOPBACK_ZONES = ("localtest.me", "lvh.me", "vcap.me", "lacolhost.com")
"""Public zones whose names all resolve to this machine."""
_SPELLED_OUT = re.compile(r"(?:.*[.-])?((?:[0-9]{1,3}[.-]){3}[0-9]{1,3}|[0-9a-f]{8})")

_IPV4_PART = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


def carried_address(address: Address) -> Address:
    """Returns the IPv4 address inside a mapped, NAT64 or 6to4 address, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return address


def address_is_public(address: Address) -> bool:
    """Whether an address is one that hosts on the internet have."""
    carried = carried_address(address)
    if isinstance(carried, IPv4Address):
        return not any(carried in network for network in _SPECIAL_V4)
    if carried not in _GLOBAL_UNICAST_V6:
        return False
    return not any(carried in network for network in _SPECIAL_V6)


def address_is_loopback(address: Address) -> bool:
    """Whether an address stands for this machine."""
    return carried_address(address).is_loopback


def literal_address(host: str) -> Address | None:
    """Returns the address that a host spells out, or None where it is a name.

    IPv4 is read as the C library reads it: in one to four parts, each decimal, octal or
    hexadecimal. So `2130706433`, `0x7f.1` and `127.1` are all 127.0.0.1.

    Args:
        host: the host of a URL; an IPv6 address with or without its brackets.
    """
    text = host.removeprefix("[").removesuffix("]")
    if ":" in text:
        try:
            return IPv6Address(text)
        except ValueError:
            return None
    return _ipv4(text.removesuffix("."))


def host_is_public(host: str) -> bool:
    """Whether a host can be one on the internet, as far as its spelling tells.

    False for special addresses in any spelling, for names without a dot, and for names that
    end as private networks' names do. What a name resolves to is not looked at.
    """
    address = literal_address(host)
    if address is not None:
        return address_is_public(address)
    name = normal_host(host)
    last = name.rpartition(".")[2]
    if "." not in name or _IPV4_PART.fullmatch(last):
        # A last label that is a number makes it an address, and a bad one (WHATWG URL, 3.5).
        return False
    return not any(name.endswith(f".{ending}") for ending in _PRIVATE_ENDINGS)


def host_spells_special_address(host: str) -> bool:
    """Whether a name belongs to a public zone that makes special addresses of names.

    `127.0.0.1.nip.io` is a name on the internet that everybody resolves to 127.0.0.1.
    """
    name = normal_host(host)
    if any(name == zone or name.endswith(f".{zone}") for zone in _LOOPBACK_ZONES):
        return True
    zone = next((zone for zone in _WILDCARD_ZONES if name.endswith(f".{zone}")), None)
    match = _SPELLED_OUT.fullmatch(name.removesuffix(f".{zone}")) if zone else None
    if match is None:
        return False
    digits = match[1]
    address = _ipv4(f"0x{digits}" if digits.isalnum() else digits.replace("-", "."))
    return address is not None and not address_is_public(address)


def host_is_loopback(host: str) -> bool:
    """Whether a host is spelled as this machine: a loopback address, or `localhost` (RFC 6761)."""
    address = literal_address(host)
    if address is not None:
        return address_is_loopback(address)
    name = normal_host(host)
    return name == "localhost" or name.endswith(".localhost")


def normal_host(host: str) -> str:
    """Returns a host as it is compared: lower case, without the root's dot or IPv6 brackets."""
    return host.lower().removeprefix("[").removesuffix("]").removesuffix(".")


def _ipv4(text: str) -> IPv4Address | None:
    parts = text.split(".")
    if len(parts) > 4 or not all(_IPV4_PART.fullmatch(part) for part in parts):
        return None
    try:
        *leading, last = [_number(part) for part in parts]
    except ValueError:  # an octal number with an 8 or a 9 in it
        return None
    if any(number > 255 for number in leading) or last >= 256 ** (4 - len(leading)):
        return None
    value = last
    for position, number in enumerate(leading):
        value += number << (8 * (3 - position))
    return IPv4Address(value)


def _number(part: str) -> int:
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    # A number of this many digits is no address; Python refuses to read one of thousands.
    if len(part) > 16:
        raise ValueError
    return int(part, 8) if part.startswith("0") and part != "0" else int(part)
