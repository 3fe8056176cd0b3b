"""A parsed article in, its genre and the reason for it out."""

from streams.reading.genre.judge import judge_genre

__all__ = ["judge_genre"]
