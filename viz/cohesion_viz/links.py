"""How the parts of a link are written, and read again.

A reader raises a `ValueError` whose text says what is wrong, without the name of the part.
"""

import base64
import binascii
import datetime
import zlib
from collections.abc import Callable
from typing import Any

from cohesion.checks import LeverValue, lever_value
from cohesion.checks import month as checked_month
from cohesion.scenario import Event
from cohesion.toml import MAX_BYTES


def one_of(names: Callable[[], Any]) -> Callable[[str], str]:
    """A reader of one of some names, which are asked for at each reading."""

    def read(value: str) -> str:
        if value not in names():
            raise ValueError(f"{value[:40]!r} is not one of {', '.join(names())}")
        return value

    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of a whole number within bounds."""

    def read(value: str) -> int:
        if not (value.isascii() and value.isdigit() and len(value) < 20 and low <= int(value) <= high):
            raise ValueError(f"{value[:40]!r} is not a whole number from {low} to {high}")
        return int(value)

    return read


def numbers_of(value: str) -> tuple[int, ...]:
    """Numbers of events, from 1, each once and in order."""
    return tuple(sorted({whole(1, 9999)(part) for part in value.split(",")}))


def file_name(value: str) -> str:
    """The name of a file, which leads to no other folder."""
    if not value or len(value) > 100 or not value.isprintable() or "/" in value or "\\" in value:
        raise ValueError("not a name")
    return value


def folder_name(value: str) -> str:
    """The name of a result folder; where it leads to is checked when it is opened."""
    if len(value) > 200 or not value.isprintable():
        raise ValueError("not a name")
    return value


def packed(text: str) -> str:
    """A text as the letters, digits, ``-`` and ``_`` that a link takes as they are; compressed."""
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpacked(value: str) -> str:
    """The text that `packed` packed, of at most `cohesion.toml.MAX_BYTES`."""
    try:
        data = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        stream = zlib.decompressobj()
        text = stream.decompress(data, MAX_BYTES)
        if not stream.eof:
            raise ValueError("cut off, or larger than a scenario may be")
        return text.decode()
    except (binascii.Error, zlib.error, UnicodeError):
        raise ValueError("not a packed scenario") from None


def number_text(value: float) -> str:
    """A text that is read as the same number, in six digits where they do."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))


def lever_text(value: LeverValue) -> str:
    """A lever's value: ``0.25``, ``DNK:1,CAN:0.8`` or ``2026-01~3;2028-01~3.5``."""
    if isinstance(value, tuple):
        return ";".join(f"{step.start:%Y-%m}~{_plain_text(step.value)}" for step in value)
    return _plain_text(value)


def lever_raw(text: str) -> Any:
    """A lever's value in the terms of a file."""
    if "~" not in text:
        return _plain_raw(text)
    steps = [step.partition("~") for step in text.split(";")]
    return [{"from": _day(start), "value": _plain_raw(value)} for start, _, value in steps]


def event_text(event: Event) -> str:
    """Months, levers, text and source of an event, each a part between bars."""
    until = f"~{event.until:%Y-%m}" if event.until else ""
    levers = ";".join(
        f"{name}={_plain_text(value)}" for name, value in event.levers.items() if not isinstance(value, tuple)
    )
    return "|".join([f"{event.date:%Y-%m}{until}", levers, _escaped(event.text), _escaped(event.source)])


def event_of(value: str) -> Event:
    """The event that `event_text` wrote; texts are cut at 500 characters."""
    when, levers, text, source = value.split("|")
    first, _, until = when.partition("~")
    date, end = checked_month(_day(first)), checked_month(_day(until)) if until else None
    if end is not None and end <= date:
        raise ValueError("an event ends after it begins")
    found: dict[str, LeverValue] = {}
    for part in filter(None, levers.split(";")):
        name, _, amount = part.partition("=")
        found[name] = lever_value(name, _plain_raw(amount), "link", name, dated=False)
    return Event(date, end, found, _unescaped(text)[:500], _unescaped(source)[:500])


def _plain_text(value: float | dict[str, float]) -> str:
    if isinstance(value, dict):
        return ",".join(f"{member}:{number_text(amount)}" for member, amount in value.items()) or "-"
    return number_text(value)


def _plain_raw(text: str) -> Any:
    if text == "-":
        return {}
    if ":" not in text:
        return float(text)
    parts = [part.partition(":") for part in text.split(",")]
    return {member: float(amount) for member, _, amount in parts}


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(f"{text}-01")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("|", "%7C")


def _unescaped(text: str) -> str:
    return text.replace("%7C", "|").replace("%25", "%")
