"""Saved objects in, an import into Kibana out: the only file that speaks to Kibana.

The import overwrites objects of the same id, so it may be repeated at any time; objects that people
made themselves have other ids and stay.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from dataclasses import dataclass
from typing import Any

import aiohttp

from sinks.settings import KibanaSettings
from streams.errors import TocsinError, UnreachableError


class KibanaError(TocsinError):
    """Kibana refuses."""

    what = "Kibana refused"


@dataclass(frozen=True, slots=True)
class Imported:
    """What Kibana made of an import."""

    count: int
    errors: tuple[str, ...]


def import_objects(settings: KibanaSettings, ndjson: str) -> Imported:
    """Import saved objects, in place of earlier ones with the same ids."""
    return asyncio.run(_import(settings, ndjson))


async def _import(settings: KibanaSettings, ndjson: str) -> Imported:
    form = aiohttp.FormData()
    form.add_field(
        "file", ndjson.encode(), filename="tocsin.ndjson", content_type="application/ndjson"
    )
    url = f"{_base(settings)}/api/saved_objects/_import"
    timeout = aiohttp.ClientTimeout(total=settings.timeout)
    try:
        connector = aiohttp.TCPConnector(ssl=_context(settings))
        async with (
            aiohttp.ClientSession(timeout=timeout, connector=connector) as session,
            session.post(
                url, params={"overwrite": "true"}, data=form, headers=_headers(settings)
            ) as answer,
        ):
            if answer.status != 200:
                raise _refusal(settings.url, answer.status, await answer.text())
            body = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise UnreachableError(
            f"Kibana at {settings.url}",
            str(error) or type(error).__name__,
            "set TOCSIN_KIBANA_URL; or `tocsin kibana export`, and import the file by hand",
        ) from error
    return Imported(body.get("successCount", 0), tuple(map(_tell, body.get("errors", ()))))


def _base(settings: KibanaSettings) -> str:
    base = settings.url.rstrip("/")
    return f"{base}/s/{settings.space}" if settings.space else base


def _headers(settings: KibanaSettings) -> dict[str, str]:
    # Kibana takes no request that changes something without this one
    headers = {"kbn-xsrf": "true"}
    if settings.api_key:
        headers["Authorization"] = f"ApiKey {settings.api_key.get_secret_value()}"
    if settings.username and settings.password:
        user = f"{settings.username}:{settings.password.get_secret_value()}"
        headers["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode()}"
    return headers


def _context(settings: KibanaSettings) -> ssl.SSLContext | bool:
    if settings.ca_file:
        return ssl.create_default_context(cafile=str(settings.ca_file))
    return True


def _refusal(url: str, status: int, text: str) -> KibanaError:
    hints = {
        401: "give TOCSIN_KIBANA_API_KEY, or TOCSIN_KIBANA_USERNAME and TOCSIN_KIBANA_PASSWORD",
        403: "the user needs the Kibana privilege Saved Objects Management: All",
        404: "check the address, its base path and TOCSIN_KIBANA_SPACE",
    }
    return KibanaError(f"import into {url}", f"HTTP {status}: {text[:300]}", hints.get(status))


def _tell(error: dict[str, Any]) -> str:
    why = error.get("error", {})
    missing = [f"{r['type']} {r['id']}" for r in why.get("references", ())]
    told = why.get("message") or ", ".join(missing)
    return f"{error.get('type')} {error.get('id')}: {why.get('type')} {told}".strip()
