"""Whose request is it: the peer, or behind trusted proxies the right-most hop that is none of them."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
_IPV6_SITE = 64


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the key under which a client is counted: its IPv4 address, or the /64 of its IPv6 address.

    A peer that is no trusted proxy is the client, whatever it forwards. Text that is no address ends the walk.
    """
    current = _parse(peer)
    hops = [part.strip() for part in forwarded.split(",") if part.strip()]
    while current is not None and hops and any(current in network for network in trusted):
        following = _parse(hops.pop())
        if following is None:
            break
        current = following
    return "unknown" if current is None else _key(current)


def is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    """Tell whether the peer is one of the city's own proxies."""
    address = _parse(peer)
    return address is not None and any(address in network for network in trusted)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _key(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _IPV6_SITE), strict=False))
    return str(address)
