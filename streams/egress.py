"""An address of the outside in, a checked and pinned one out: nothing here connects inside.

Feeds, pages and webhook receivers are named by strangers. Every connection goes through
`build_connector`, which resolves a name once, refuses it when *any* of its addresses is not public,
and connects to the addresses that were checked. Redirects are the caller's to follow, one hop at a
time, each checked with `check_url` (aiohttp does not ask a resolver about literal addresses).

`ipaddress.is_global` is not enough: NAT64 (64:ff9b::/96), 6to4 (2002::/16), Teredo (2001::/32) and
IPv4-mapped forms hide private addresses, and multicast counts as global.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from streams.errors import UnsafeAddressError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_TUNNELS = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("2001::/32"),
    ipaddress.ip_network("::/96"),
)
_SPECIAL = (
    # is_global calls both of these public (Python 3.11)
    ipaddress.ip_network("192.0.0.0/24"),  # IETF protocol assignments
    ipaddress.ip_network("fec0::/10"),  # site-local, of old
)


def is_public_address(address: str) -> bool:
    """Tell whether a literal IP address is outside every private, special and tunnelling range."""
    try:
        parsed: Address = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        elif any(parsed in network for network in _TUNNELS):
            return False
    if any(parsed in network for network in _SPECIAL):
        return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def check_url(
    url: str, *, allow_private: bool = False, schemes: Sequence[str] = ("http", "https")
) -> str:
    """Return `url` when its scheme is allowed and its host is no private literal address.

    Raises `UnsafeAddressError`. Names are checked later, when they are resolved. With
    `allow_private`, only the scheme and the presence of a host are checked.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UnsafeAddressError(url, f"not an address: {error}") from error
    if parts.scheme not in schemes:
        raise UnsafeAddressError(
            url, f"scheme {parts.scheme or 'missing'!r} is not one of {', '.join(schemes)}"
        )
    if not host:
        raise UnsafeAddressError(url, "it names no host")
    if parts.username or parts.password:
        # the address is shown and logged: without what it must not hold
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        raise UnsafeAddressError(shown, "it carries a user name or password")
    if port == 0:
        raise UnsafeAddressError(url, "port 0")
    if not allow_private and _is_literal(host) and not is_public_address(host):
        raise UnsafeAddressError(url, "a private or special address")
    return url


class CheckedResolver(AbstractResolver):
    """Resolves with another resolver, and refuses a name with any address that is not public."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve `host`; raise `UnsafeAddressError` when one of its addresses is not public."""
        found = await self._inner.resolve(host, port, family)
        for result in found:
            if not is_public_address(result["host"]):
                raise UnsafeAddressError(host, f"resolves to {result['host']}, which is not public")
        return found

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


def build_connector(
    *,
    allow_private: bool = False,
    resolver: AbstractResolver | None = None,
    limit: int = 100,
    limit_per_host: int = 2,
) -> aiohttp.TCPConnector:
    """Build the connector for everything that leaves: checked names, no DNS cache of its own.

    `allow_private` is for receivers and feeds in one's own network, and for tests on loopback.
    """
    inner = resolver or aiohttp.ThreadedResolver()
    return aiohttp.TCPConnector(
        resolver=inner if allow_private else CheckedResolver(inner),
        use_dns_cache=False,
        limit=limit,
        limit_per_host=limit_per_host,
    )


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        # forms that the C library takes for an address: 127.1, 0x7f.1, 2130706433
        try:
            socket.inet_aton(host)
        except OSError:
            return False
        return True
    return True
