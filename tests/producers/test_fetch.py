"""Fetching from servers that mean harm, or do it: every way ends in a value, in time and in bounds."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from producers.fetch import Failure, Fetcher, Limits, Reply
from tests.producers.site import Site

QUICK = Limits(total=1.5, connect=1, idle=0.5, bytes=400_000, redirects=3)


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """A fetcher with small limits that may go to loopback."""
    fetcher = Fetcher(user_agent="tocsin-test", limits=QUICK, allow_private=True)
    yield fetcher
    await fetcher.close()


async def get(fetcher: Fetcher, url: str) -> Reply:
    """Fetch what must be answered."""
    reply = await fetcher.get(url)
    assert isinstance(reply, Reply), reply
    return reply


async def fail(fetcher: Fetcher, url: str) -> Failure:
    """Fetch what must fail."""
    failure = await fetcher.get(url)
    assert isinstance(failure, Failure), failure
    return failure


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"news " * 50)),
        ("gzip", gzip.compress(b"news " * 20) + gzip.compress(b"news " * 30)),
        ("gzip", gzip.compress(b"news " * 50) + b"\n"),
        ("deflate", zlib.compress(b"news " * 50)),
        ("deflate", zlib.compress(b"news " * 50)[2:-4]),
        ("identity", b"news " * 50),
    ],
)
async def test_bodies_are_unpacked(
    site: Site, fetcher: Fetcher, encoding: str, packed: bytes
) -> None:
    """Gzip, zlib and the raw deflate that many servers send."""
    site.put("/feed", packed, Content_Encoding=encoding)
    assert (await get(fetcher, site.url("/feed"))).body == b"news " * 50


async def test_a_gzip_bomb_is_stopped(site: Site, fetcher: Fetcher) -> None:
    """Three hundred thousand bytes out of three hundred are refused before they are all there."""
    site.put("/feed", gzip.compress(b"0" * 390_000), Content_Encoding="gzip")
    assert (await fail(fetcher, site.url("/feed"))).kind == "bomb"
    site.put("/feed", gzip.compress(b"0" * 60_000_000, 1), Content_Encoding="gzip")
    assert (await fail(fetcher, site.url("/feed"))).kind in {"bomb", "too_large"}


async def test_a_member_of_gzip_may_begin_with_any_chunk(site: Site, fetcher: Fetcher) -> None:
    """The second member comes later, byte by byte; a thousand empty ones are too many."""
    first, second = gzip.compress(b"news "), gzip.compress(b"today")

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Encoding": "gzip"})
        await response.prepare(request)
        for part in (first, *(bytes([byte]) for byte in second)):
            await response.write(part)
        return response

    site.handle("/feed", answer)
    assert (await get(fetcher, site.url("/feed"))).body == b"news today"
    site.put("/many", gzip.compress(b"") * 1_000 + second, Content_Encoding="gzip")
    assert (await fail(fetcher, site.url("/many"))).kind == "encoding"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "nonsense"])
async def test_encodings_nobody_asked_for_are_refused(
    site: Site, fetcher: Fetcher, encoding: str
) -> None:
    """A brotli bomb is never unpacked."""
    site.put("/feed", b"\x8b\x00\x80", Content_Encoding=encoding)
    assert (await fail(fetcher, site.url("/feed"))).kind == "encoding"


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"news " * 50)[:-12]])
async def test_broken_compression_is_refused(site: Site, fetcher: Fetcher, body: bytes) -> None:
    """Half a feed is not taken for a whole one."""
    site.put("/feed", body, Content_Encoding="gzip")
    assert (await fail(fetcher, site.url("/feed"))).kind == "encoding"


async def test_a_body_over_the_limit_is_refused(site: Site, fetcher: Fetcher) -> None:
    """By its stated length, and by its bytes when it states none."""
    site.put("/said", b"x" * 500_000)
    assert (await fail(fetcher, site.url("/said"))).kind == "too_large"

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(10_000):
            await response.write(b"x" * 10_000)
        return response

    site.handle("/endless", endless)
    assert (await fail(fetcher, site.url("/endless"))).kind == "too_large"


async def test_a_slow_drip_ends_at_the_total_limit(site: Site, fetcher: Fetcher) -> None:
    """A byte now and then keeps the idle limit happy, not the total one."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b"x")
            await asyncio.sleep(0.05)
        return response

    site.handle("/drip", drip)
    started = time.monotonic()
    assert (await fail(fetcher, site.url("/drip"))).kind == "timeout"
    assert time.monotonic() - started < QUICK.total + 1


async def test_a_silent_server_ends_at_the_idle_limit(site: Site, fetcher: Fetcher) -> None:
    """Nothing at all is noticed sooner."""

    async def hang(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    site.handle("/hang", hang)
    started = time.monotonic()
    assert (await fail(fetcher, site.url("/hang"))).kind == "timeout"
    assert time.monotonic() - started < QUICK.total


async def test_redirects_are_followed_within_a_limit(site: Site, fetcher: Fetcher) -> None:
    """Loops and long chains are failures; permanent moves are told."""
    site.put("/feed", "news")
    site.put("/old", status=301, Location="/older")
    site.put("/older", status=308, Location="/feed")
    site.put("/away", status=302, Location="/old")
    site.put("/loop", status=302, Location="/pool")
    site.put("/pool", status=302, Location="/loop")
    for number in range(9):
        site.put(f"/chain{number}", status=302, Location=f"/chain{number + 1}")
    reply = await get(fetcher, site.url("/old"))
    assert (reply.url, reply.moved_to, reply.hops) == (site.url("/feed"), site.url("/feed"), 2)
    assert (await get(fetcher, site.url("/away"))).moved_to is None
    assert (await fail(fetcher, site.url("/loop"))).kind == "redirects"
    assert (await fail(fetcher, site.url("/chain0"))).kind == "redirects"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://e.org/", "gopher://e.org/"])
async def test_a_redirect_to_another_scheme_is_refused(
    site: Site, fetcher: Fetcher, target: str
) -> None:
    """A feed cannot point us at a file."""
    site.put("/feed", status=302, Location=target)
    assert (await fail(fetcher, site.url("/feed"))).kind == "unsafe"


async def test_a_refused_connection_and_bad_http_are_values(fetcher: Fetcher) -> None:
    """What listens to nobody, or speaks no HTTP."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert (await fail(fetcher, f"http://127.0.0.1:{port}/")).kind == "connect"

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        address = server.sockets[0].getsockname()
        assert (await fail(fetcher, f"http://127.0.0.1:{address[1]}/")).kind == "protocol"


async def test_a_body_that_ends_early_is_a_failure(fetcher: Fetcher) -> None:
    """A connection cut in the middle is not a shorter feed."""

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(500)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
        writer.close()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    async with server:
        address = server.sockets[0].getsockname()
        failure = await fail(fetcher, f"http://127.0.0.1:{address[1]}/")
    assert failure.kind in {"protocol", "connect"}


class FlippingResolver(AbstractResolver):
    """A hostile name server: public the first time, loopback ever after."""

    def __init__(self) -> None:
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        address = "93.184.215.14" if self.asked == 1 else "127.0.0.1"
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_flips_to_loopback_is_refused(site: Site) -> None:
    """The address that is connected to is the one that was checked, at every connection."""
    resolver = FlippingResolver()
    fetcher = Fetcher(user_agent="t", limits=QUICK, resolver=resolver)
    port = site.base.rpartition(":")[2]
    try:
        first = await fail(fetcher, f"http://flip.example:{port}/")
        second = await fail(fetcher, f"http://flip.example:{port}/")
    finally:
        await fetcher.close()
    assert first.kind in {"connect", "timeout"}
    assert second.kind == "unsafe"
    assert site.seen == []


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://2130706433:{port}/",
     "http://0x7f.1:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://0:{port}/"],
)  # fmt: skip
async def test_loopback_is_refused_in_every_spelling(site: Site, url: str) -> None:
    """Unless a setting allows private networks."""
    fetcher = Fetcher(user_agent="t", limits=QUICK)
    try:
        failure = await fail(fetcher, url.format(port=site.base.rpartition(":")[2]))
    finally:
        await fetcher.close()
    assert failure.kind in {"unsafe", "dns"}
    assert site.seen == []


async def test_we_say_who_we_are_and_keep_no_cookies(site: Site, fetcher: Fetcher) -> None:
    """The same honest User-Agent each time, and nothing a server gave us."""
    site.put("/feed", "news", Set_Cookie="id=1")
    await get(fetcher, site.url("/feed"))
    await get(fetcher, site.url("/feed"))
    for seen in site.asked("/feed"):
        assert seen.headers["User-Agent"] == "tocsin-test"
        assert "Cookie" not in seen.headers
