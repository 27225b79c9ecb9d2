"""Parsing of IP addresses."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address


def ip_of(given: str | bytes) -> IPv4Address | IPv6Address:
    """An IP address, written (without its zone) or packed; one of IPv4 that is mapped to IPv6 as what it is.

    Raises ValueError.
    """
    address = ip_address(given.partition("%")[0] if isinstance(given, str) else given)
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
