"""A person's file and its new text in; the file replaced as a whole, or left as it was, out."""

from __future__ import annotations

from pathlib import Path

from streams.errors import SettingsError


def replace_text(path: Path, text: str) -> None:
    """Put a new text in a file's place at once: a service that reads it never sees half of it."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise SettingsError((f"{path}: cannot be written: {error.strerror}",)) from error
