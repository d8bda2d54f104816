"""Colours, patterns and names that every chart shares, whoever draws it, in a light and a dark theme.

Colours are safe for the colour-blind (near those of Okabe and Ito 2008; cividis of Nuñez, Anderton and Renslow 2018 for
magnitudes), never stand alone (a label, pattern or shape says the same), and text reaches WCAG's 4.5:1 on its surface.
"""

from collections.abc import Sequence
from dataclasses import dataclass

CAVEAT = "Exploratory model, not a forecast"

#: The four outcomes, always with these names, colours and patterns.
OUTCOME_NAMES = {"holds": "Holds", "european_pillar": "European pillar", "hollow": "Hollow", "splinters": "Splinters"}
OUTCOME_COLOURS = {"holds": "#0072B2", "european_pillar": "#7CC7F2", "hollow": "#F0B429", "splinters": "#C8500A"}
OUTCOME_HATCHES = {"holds": "", "european_pillar": "//", "hollow": "..", "splinters": "xx"}
#: The same pattern by its name in `cohesion_viz.echarts.parts.decal`.
OUTCOME_PATTERNS = {"holds": "plain", "european_pillar": "rising", "hollow": "dots", "splinters": "falling"}
#: The same hues, dark or light enough for text.
OUTCOME_TEXT = {
    False: {"holds": "#0068A3", "european_pillar": "#1F6F9F", "hollow": "#8A6100", "splinters": "#A33F05"},
    True: {"holds": "#5DB4EC", "european_pillar": "#A5DBFA", "hollow": "#F5C451", "splinters": "#F2935A"},
}

#: Postures in the order of `cohesion.types.POSTURES`: names, colours, patterns.
POSTURE_NAMES = {
    "committed": "Committed",
    "pillar": "European pillar",
    "hedging": "Hedging",
    "accommodating": "Accommodating",
    "obstructing": "Obstructing",
    "withdrawn": "Withdrawn",
}
POSTURE_COLOURS = {
    "committed": "#0072B2",
    "pillar": "#7CC7F2",
    "hedging": "#F0B429",
    "accommodating": "#C8500A",
    "obstructing": "#6A1B4D",
    "withdrawn": "#9AA0A6",
}
POSTURE_PATTERNS = {
    "committed": "plain",
    "pillar": "rising",
    "hedging": "dots",
    "accommodating": "falling",
    "obstructing": "grid",
    "withdrawn": "bars",
}

#: Phases of the war in the order of `cohesion.types.PHASES`: names, colours, patterns.
PHASE_NAMES = {
    "war": "War",
    "moratorium": "Moratorium",
    "cease-fire": "Cease-fire",
    "guarded peace": "Guarded peace",
    "renewed war": "War again",
}
PHASE_COLOURS = {
    "war": "#C8500A",
    "moratorium": "#F0B429",
    "cease-fire": "#7CC7F2",
    "guarded peace": "#0072B2",
    "renewed war": "#6A1B4D",
}
PHASE_PATTERNS = {
    "war": "falling",
    "moratorium": "dots",
    "cease-fire": "rising",
    "guarded peace": "plain",
    "renewed war": "grid",
}

#: Blocs in their order, and the shape that goes with each colour; further blocs share the last.
BLOC_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#9AA0A6")
BLOC_SHAPES = ("circle", "rect", "diamond", "triangle", "roundRect", "pin")
#: The same shapes in matplotlib.
MARKERS = dict(zip(BLOC_SHAPES, "osD^Pv", strict=True))

#: Forecasts of the back-test: names, colours, shapes.
METHOD_NAMES = {
    "model": "Model",
    "persistence": "Persistence",
    "trend": "Trend",
    "pledge": "Pledge",
    "panel": "Panel regression",
}
METHOD_COLOURS = {
    "model": "#0072B2",
    "persistence": "#8A8F98",
    "trend": "#E69F00",
    "pledge": "#009E73",
    "panel": "#CC79A7",
}
METHOD_SHAPES = dict(zip(METHOD_NAMES, BLOC_SHAPES, strict=False))

#: From low to high; read from the far ends inwards for orientation: dark is little, yellow is much.
CIVIDIS = ("#00224E", "#123570", "#3B496C", "#575D6D", "#707173", "#8A8678", "#A59C74", "#C3B369", "#E1CC55", "#FEE838")
#: From loss through nothing to gain.
DIVERGING = {
    False: ("#8F3300", "#D9742F", "#F3C6A2", "#F8F8F6", "#AFD6EE", "#3F97CB", "#074B78"),
    True: ("#FFB27D", "#D2743A", "#86502F", "#5A6068", "#2F6A90", "#46A0D6", "#A9DCFA"),
}
LOSS, GAIN = "#C8500A", "#0072B2"
LOSS_TEXT = {dark: OUTCOME_TEXT[dark]["splinters"] for dark in (False, True)}
GAIN_TEXT = {dark: OUTCOME_TEXT[dark]["holds"] for dark in (False, True)}


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of the page around the data.

    Attributes
    ----------
    surface, ink, muted, grid
        Page, text, quieter text, grid lines.
    accent, ghost
        The line that counts and the baseline behind it.
    land, border, selected
        Land of those who are not members, borders of members, outline of the member that was chosen.
    """

    surface: str
    ink: str
    muted: str
    grid: str
    accent: str
    ghost: str
    land: str
    border: str
    selected: str


LIGHT = Theme("#FFFFFF", "#1F2933", "#5F6B7A", "#E3E7EC", "#0B4F7D", "#8A8F98", "#DDE2E8", "#5F6B7A", "#C2006B")
DARK = Theme("#15202B", "#EEF2F6", "#B4BEC9", "#36434F", "#74C0F2", "#98A1AB", "#26323E", "#B4BEC9", "#FF7CC0")


def theme(dark: bool) -> Theme:
    """Theme of the page."""
    return DARK if dark else LIGHT


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB``, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colour_at(colours: Sequence[str], share: float) -> str:
    """Colour at a share of a scale of evenly spaced colours; beyond its ends, that of the end."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    k = min(int(place), len(colours) - 2)
    pairs = ((int(colours[k][c : c + 2], 16), int(colours[k + 1][c : c + 2], 16)) for c in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * (place - k)):02X}" for a, b in pairs)


def ink_on(colour: str) -> str:
    """Black or white, whichever is better read on a colour."""
    return max("#000000", "#FFFFFF", key=lambda ink: contrast(ink, colour))
