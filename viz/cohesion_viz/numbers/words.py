"""Values, changes and shares as they are written in text."""

import math

from cohesion.summary import percent
from cohesion.types import POSTURES
from cohesion.variables import BY_NAME

SPELT = {
    "us": "US",
    "nato": "NATO",
    "russia": "Russian",
    "china": "Chinese",
    "europe": "European",
    "ukraine": "Ukrainian",
}


def written(variable: str, value: float) -> str:
    """A value of a variable with its unit."""
    unit = BY_NAME[variable].unit
    if not math.isfinite(value):
        return "not part of the model"
    if unit == "code":
        return POSTURES[int(value)]
    if unit in ("probability", "rate", "share of GDP"):
        return f"{percent(value)} %"
    if unit == "% of GDP":
        return f"{value:.1f} % of GDP"
    if unit == "billion USD":
        return f"{value:,.0f} billion USD" if value >= 10 else f"{value:.1f} billion USD"
    return signed(value) if unit == "log" else f"{value:.2f}".replace("-", "−")


def written_difference(variable: str, value: float) -> str:
    """A difference of a variable with its sign and unit."""
    unit = BY_NAME[variable].unit
    if not math.isfinite(value):
        return "not part of the model"
    if unit in ("probability", "rate", "share of GDP"):
        return points(value)
    if unit == "% of GDP":
        return f"{signed(value, 1)} % of GDP"
    if unit == "billion USD":
        return f"{signed(value, 0)} billion USD"
    return signed(value)


def points(share: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    places = 0 if abs(share) >= 0.0995 or share == 0 else 1
    return f"{signed(100 * share, places)} points"


def signed(value: float, places: int = 2) -> str:
    """A number with its sign; nothing is neither plus nor minus."""
    text = f"{value:+,.{places}f}"
    return text[1:] if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def first_capital(text: str) -> str:
    """The text with a capital letter at its start."""
    return text[:1].upper() + text[1:]
