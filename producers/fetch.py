"""An address in, an HTTP reply or a named failure out; nothing a server does can hurt or stall us.

Bounds: total and idle time, bytes on the wire and after decompression, ratio of the two, redirects.
Redirects are followed here, one hop at a time, each address checked (`streams.egress`); the
connection goes to the address that was checked. No cookies, no proxies of the environment, no
automatic decompression. Expected failures are values.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver

from streams.egress import build_connector, check_url
from streams.errors import UnsafeAddressError

FailureKind = Literal[
    "dns",
    "connect",
    "tls",
    "timeout",
    "too_large",
    "bomb",
    "encoding",
    "redirects",
    "unsafe",
    "protocol",
]
FAILURES: dict[FailureKind, str] = {
    "dns": "the host name does not resolve",
    "connect": "the server refuses or drops connections",
    "tls": "the certificate or the TLS handshake is not valid",
    "timeout": "the answer took longer than its time limit",
    "too_large": "the body is over the size limit",
    "bomb": "the body expands beyond all measure when decompressed",
    "encoding": "the body's Content-Encoding is unknown or broken",
    "redirects": "too many redirects, or a redirect to nowhere",
    "unsafe": "the address is private, special or not http(s)",
    "protocol": "the answer is not HTTP as it should be",
}
FEED_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT = {301, 308}
_CHUNK = 64 * 1024
_GZIP = b"\x1f"
"""A gzip member begins with this byte; its second may be in the next chunk."""
_MAX_MEMBERS = 50
_SMALL = 256 * 1024
"""A body below this is no bomb, whatever its ratio: feeds of repeated text compress 1:500."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch."""

    total: float = 30.0
    connect: float = 8.0
    idle: float = 10.0
    bytes: int = 8_000_000
    ratio: int = 120
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; `body` is empty unless the status is 2xx."""

    url: str
    """The address that answered, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case; of repeated ones, joined by commas."""
    body: bytes = b""
    moved_to: str | None = None
    """Where the address moved for good: the end of the unbroken chain of 301 and 308."""
    hops: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer that can be used."""

    kind: FailureKind
    detail: str
    url: str = ""


@dataclass(slots=True)
class _Read:
    """What is known of the body so far."""

    wire: int = 0
    parts: list[bytes] = field(default_factory=list)
    size: int = 0


class _Refused(Exception):  # noqa: N818 - a way out of the reading loop, not an error of ours
    def __init__(self, kind: FailureKind, detail: str) -> None:
        self.kind = kind
        self.detail = detail
        super().__init__(detail)


class Fetcher:
    """One HTTP session for everything the poller reads; open it in a running loop, close it after."""

    def __init__(
        self,
        *,
        user_agent: str,
        limits: Limits | None = None,
        allow_private: bool = False,
        connections: int = 100,
        per_host: int = 2,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._allow_private = allow_private
        self._session = aiohttp.ClientSession(
            connector=build_connector(
                allow_private=allow_private,
                resolver=resolver,
                limit=connections,
                limit_per_host=per_host,
            ),
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=self._limits.connect, sock_read=self._limits.idle
            ),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, *, accept: str = FEED_ACCEPT
    ) -> Reply | Failure:
        """Fetch `url`, following redirects."""
        return await self._guard("GET", url, {"Accept": accept, **(headers or {})}, None)

    async def post(self, url: str, form: Mapping[str, str]) -> Reply | Failure:
        """Post a form to `url`; a redirect is followed only where it keeps the method."""
        return await self._guard("POST", url, {}, form)

    async def _guard(  # noqa: PLR0911 - one return a failure
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> Reply | Failure:
        try:
            async with asyncio.timeout(self._limits.total):
                return await self._follow(method, url, headers, form)
        except (TimeoutError, aiohttp.ServerTimeoutError) as error:
            return Failure("timeout", str(error) or f"over {self._limits.total:g} s in all", url)
        except UnsafeAddressError as error:
            return Failure("unsafe", f"{error.which}: {error.why}", url)
        except _Refused as refused:
            return Failure(refused.kind, refused.detail, url)
        except aiohttp.ClientConnectorDNSError as error:
            return Failure("dns", str(error), url)
        except (aiohttp.ClientSSLError, ssl.SSLError) as error:
            return Failure("tls", str(error), url)
        except (aiohttp.ClientConnectionError, OSError) as error:
            return Failure("connect", f"{type(error).__name__}: {error}", url)
        except (aiohttp.ClientError, ValueError) as error:
            return Failure("protocol", f"{type(error).__name__}: {error}"[:300], url)

    async def _follow(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> Reply:
        moved_to, permanent, seen = None, True, {url}
        for hops in range(self._limits.redirects + 1):
            check_url(url, allow_private=self._allow_private)
            async with self._session.request(
                method, url, headers=headers, data=form, allow_redirects=False
            ) as answer:
                location = answer.headers.get("Location")
                follows = answer.status in _REDIRECTS and (
                    method == "GET" or answer.status in {307, 308}
                )
                if not follows or not location:
                    body = await self._read(answer) if 200 <= answer.status < 300 else b""
                    return Reply(url, answer.status, _headers(answer), body, moved_to, hops)
                permanent = permanent and answer.status in _PERMANENT
            target = urljoin(url, location)
            if target in seen:
                raise _Refused("redirects", f"a loop: {target}")
            seen.add(target)
            url = target.partition("#")[0]
            moved_to = url if permanent else moved_to
        raise _Refused("redirects", f"more than {self._limits.redirects} redirects, last to {url}")

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        unpacker = _build_unpacker(answer.headers.get("Content-Encoding", ""))
        if (answer.content_length or 0) > self._limits.bytes:
            raise _Refused("too_large", f"Content-Length {answer.content_length}")
        read = _Read()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            read.wire += len(chunk)
            if unpacker is None:
                self._keep(read, chunk)
            else:
                self._unpack(read, unpacker, chunk)
        if unpacker is not None and read.wire:
            try:
                self._keep(read, unpacker.flush(_CHUNK))
            except zlib.error as error:
                raise _Refused("encoding", f"broken compression: {error}") from error
            if not unpacker.eof:
                raise _Refused("encoding", "the compressed body ends too early")
        return b"".join(read.parts)

    def _unpack(self, read: _Read, unpacker: _Unpacker, chunk: bytes) -> None:
        while chunk and unpacker.takes(chunk):
            try:
                self._keep(read, unpacker.decompress(chunk, _CHUNK))
            except zlib.error as error:
                raise _Refused("encoding", f"broken compression: {error}") from error
            chunk = unpacker.unconsumed_tail

    def _keep(self, read: _Read, part: bytes) -> None:
        read.size += len(part)
        if read.size > self._limits.bytes:
            raise _Refused("too_large", f"over {self._limits.bytes} bytes")
        if read.size > _SMALL and read.size > self._limits.ratio * read.wire:
            raise _Refused("bomb", f"{read.wire} bytes became more than {read.size}")
        read.parts.append(part)


class _Unpacker:
    """zlib, gzip or raw deflate, whichever the first bytes are."""

    def __init__(self, wbits: int | None) -> None:
        self._wbits = wbits
        self._inner = zlib.decompressobj(wbits) if wbits is not None else None
        self._members = 1
        self.unconsumed_tail = b""

    @property
    def eof(self) -> bool:
        return self._inner is not None and self._inner.eof

    def takes(self, chunk: bytes) -> bool:
        """Tell whether `chunk` goes on with the body: a gzip body may have several members."""
        if not self.eof:
            return True
        if self._wbits is None or not chunk.startswith(_GZIP):
            return False
        if self._members >= _MAX_MEMBERS:
            raise _Refused("encoding", f"more than {_MAX_MEMBERS} gzip members")
        self._members += 1
        self._inner = zlib.decompressobj(self._wbits)
        return True

    def decompress(self, chunk: bytes, limit: int) -> bytes:
        if self._inner is None:
            # "deflate" is zlib by the standard and raw deflate by many servers
            is_zlib = chunk[0] & 0x0F == 8 and (
                len(chunk) < 2 or (chunk[0] << 8 | chunk[1]) % 31 == 0
            )
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
        unpacked = self._inner.decompress(chunk, limit)
        self.unconsumed_tail = self._inner.unconsumed_tail or self._inner.unused_data
        return unpacked

    def flush(self, limit: int) -> bytes:
        return self._inner.flush(limit) if self._inner is not None else b""


def _build_unpacker(encoding: str) -> _Unpacker | None:
    match encoding.strip().lower():
        case "" | "identity" | "none" | "utf-8":
            return None
        case "gzip" | "x-gzip":
            return _Unpacker(zlib.MAX_WBITS | 16)
        case "deflate":
            return _Unpacker(None)
        case other:
            # we asked for gzip or deflate only; brotli and stacked encodings are not ours to unpack
            raise _Refused("encoding", f"Content-Encoding {other[:60]!r} was not asked for")


def _headers(answer: aiohttp.ClientResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in answer.headers.items():
        folded = name.lower()
        headers[folded] = f"{headers[folded]}, {value}" if folded in headers else value
    return headers
