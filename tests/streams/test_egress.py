"""Where Tocsin may connect to: public addresses only, in whatever form the others are written."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from streams.egress import CheckedResolver, check_url, is_public_address
from streams.errors import UnsafeAddressError

HOSTILE = {
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "0.0.0.0": "this host",
    "10.1.2.3": "private",
    "172.16.0.1": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "carrier NAT",
    "169.254.169.254": "link-local, cloud metadata",
    "192.0.0.8": "special",
    "192.0.2.1": "documentation",
    "198.18.0.1": "benchmarking",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "unspecified",
    "::1": "loopback",
    "::ffff:127.0.0.1": "IPv4-mapped loopback",
    "::ffff:10.0.0.1": "IPv4-mapped private",
    "::127.0.0.1": "IPv4-compatible",
    "64:ff9b::7f00:1": "NAT64 of loopback",
    "64:ff9b::a00:1": "NAT64 of private",
    "64:ff9b:1::1": "local NAT64",
    "2002:7f00:1::": "6to4 of loopback",
    "2002:a00:1::1": "6to4 of private",
    "2001::1": "Teredo",
    "2001:db8::1": "documentation",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local with a zone",
    "fc00::1": "unique local",
    "fd12:3456::1": "unique local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "ff0e::1": "multicast, global scope",
}


@pytest.mark.parametrize("address", HOSTILE)
def test_private_and_special_addresses_are_refused(address: str) -> None:
    """Each of them, bare and in a URL."""
    assert not is_public_address(address)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(UnsafeAddressError):
        check_url(f"http://{host}/")
    assert check_url(f"http://{host}/", allow_private=True)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    """And a URL with one."""
    assert is_public_address(address)
    host = f"[{address}]" if ":" in address else address
    assert check_url(f"https://{host}/a") == f"https://{host}/a"


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://user:word@example.org/",
        "http://user@example.org/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "javascript:alert(1)",
        "//example.org/",
        "http:///path",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://[::1",
        "",
    ],
)
def test_hidden_and_malformed_addresses_are_refused(url: str) -> None:
    """Numbers that the C library takes for addresses, other schemes, credentials, bad ports."""
    with pytest.raises(UnsafeAddressError):
        check_url(url)


def test_a_refused_password_is_not_repeated() -> None:
    """Errors are logged: they name the address without what it must not hold."""
    with pytest.raises(UnsafeAddressError, match="user name") as caught:
        check_url("https://desk:hunter2@example.org:8443/hook")
    assert "hunter2" not in str(caught.value)
    assert "https://example.org:8443/hook" in str(caught.value)


@given(st.ip_addresses())
def test_no_private_address_is_ever_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """What the standard library calls private, this does too."""
    if address.is_private or address.is_multicast or address.is_loopback:
        assert not is_public_address(str(address))


@given(st.text(max_size=60))
def test_any_text_is_checked_without_another_error(url: str) -> None:
    """A URL is returned or refused."""
    try:
        assert check_url(url) == url
    except UnsafeAddressError:
        return


class ListResolver(AbstractResolver):
    """Answers with given addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in self._addresses
        ]

    async def close(self) -> None:
        pass


def test_a_name_with_one_private_address_is_refused() -> None:
    """Among public ones, too: the next connection might take it."""
    mixed = CheckedResolver(ListResolver("1.1.1.1", "127.0.0.1"))
    with pytest.raises(UnsafeAddressError, match=r"127\.0\.0\.1"):
        asyncio.run(mixed.resolve("mixed.example"))
    public = CheckedResolver(ListResolver("1.1.1.1", "2606:4700::1111"))
    assert len(asyncio.run(public.resolve("public.example"))) == 2
