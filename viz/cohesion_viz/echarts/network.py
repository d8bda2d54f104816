"""Mutual trust as a network of blocs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cohesion.facts import ELSEWHERE, ISO3, NAMES
from cohesion.summary import percent
from cohesion_viz.echarts.parts import Option, base_option, listed, rows_of, tip, within
from cohesion_viz.numbers import Network, first_capital
from cohesion_viz.style import BLOC_COLOURS, BLOC_SHAPES, LOSS_TEXT, POSTURE_NAMES, Theme, ink_on, theme

#: Where each member stands in the network: columns and rows that keep neighbours together (not to scale).
PLACES = {
    "CAN": (0, 1), "USA": (0, 3), "ISL": (2, 0), "GBR": (3, 2), "NOR": (5, 0), "SWE": (6, 0), "FIN": (7, 0),
    "DNK": (5, 1), "EST": (8, 1), "LVA": (7.5, 2), "LTU": (7, 3), "NLD": (4, 2.5), "DEU": (5, 2.5), "POL": (6, 2.5),
    "BEL": (3, 3.5), "LUX": (4, 3.75), "CZE": (5.5, 3.5), "SVK": (6.5, 4), "FRA": (3, 4.75), "SVN": (5, 4.75),
    "HUN": (6, 5), "ROU": (8, 4.75), "PRT": (1, 6), "ESP": (2, 6), "ITA": (4, 5.5), "HRV": (5, 5.75), "MNE": (6, 6),
    "BGR": (8, 6), "ALB": (6, 7), "MKD": (7, 6.5), "GRC": (7, 7.5), "TUR": (9, 7),
}  # fmt: skip


def network_option(network: Network, member: str | None = None, dark: bool = False) -> Option:
    """Members by bloc (colour and shape), placed about as on a map, with ties of neighbours and with the US.

    Parameters
    ----------
    network
        Of `cohesion_viz.numbers.network`. Solid ties hold, dashed ones between blocs; dotted ones held at the start and
        no longer do.
    member
        ISO3 code of the member that is marked.
    dark
        Theme of the page.
    """
    look = theme(dark)
    nodes, edges = network
    labels = nodes.drop_duplicates("bloc").sort_values("bloc")["label"]
    categories = [
        {"name": first_capital(label), "symbol": _bloc_shape(k), "itemStyle": {"color": _bloc_colour(k)}}
        for k, label in enumerate(labels)
    ]
    return base_option(look) | {
        "legend": {
            "id": "blocs",
            "selectedMode": False,
            "bottom": 0,
            "left": "center",
            "data": [{"name": c["name"], "icon": c["symbol"]} for c in categories],
            "textStyle": {"color": look.ink, "fontSize": 13},
            "itemWidth": 16,
            "itemHeight": 14,
        },
        "series": [
            {
                "id": "network",
                "type": "graph",
                "layout": "none",
                "roam": False,
                "left": 24,
                "right": 24,
                "top": 24,
                "bottom": 64,
                "symbolSize": 29,
                "categories": categories,
                "data": [_node(code, row, member, look) for code, row in nodes.iterrows()],
                "links": [_edge(row, member, look, dark) for row in rows_of(edges)],
                "emphasis": {"focus": "adjacency", "lineStyle": {"width": 4}},
                "label": {"show": True, "position": "inside", "fontSize": 11, "fontWeight": "bold"},
            }
        ],
    }  # fmt: skip


def describe_network(network: Network) -> str:
    """How many blocs there are, who is in the large ones and who stands apart, and how many ties broke."""
    nodes, edges = network
    groups = [(group["label"].iloc[0], len(group)) for _, group in nodes.groupby("bloc")]
    broken = int((edges["kind"] == "broken").sum())
    lost = f" {broken} tie{'s' * (broken != 1)} of the start no longer hold{'s' * (broken == 1)}." if broken else ""
    if len(groups) == 1:
        return f"One bloc: ties of mutual trust join all members.{lost}"
    large = [label for label, size in groups if size > 1]
    apart = [label.removesuffix(", apart") for label, size in groups if size == 1]
    text = f"{len(groups)} blocs by mutual trust" + (f": {'; '.join(large)}" if large else "")
    return f"{text}{'; apart: ' + listed(apart) if apart else ''}.{lost}"


def _node(code: Any, row: pd.Series, member: str | None, look: Theme) -> Option:
    bloc, chosen = int(row["bloc"]), code == member
    colour = _bloc_colour(bloc)
    posture = [f"posture: {within(POSTURE_NAMES[row['posture']])}"] if "posture" in row else []
    trust = row["trust_in_us"]
    across, down = _on_a_circle(code) if ELSEWHERE else PLACES[code]
    return {
        "name": code,
        "category": bloc,
        "x": 100 * across,
        "y": 74 * down,
        "symbol": _bloc_shape(bloc),
        "itemStyle": {
            "color": colour,
            "borderColor": look.selected if chosen else look.surface,
            "borderWidth": 5 if chosen else 1.5,
        },
        "label": {"color": ink_on(colour)},
        "text": tip(
            row["name"],
            [
                f"bloc: {row['label']}",
                *([f"trust in the US {percent(trust)} %"] if np.isfinite(trust) else []),
                *posture,
            ],
        ),
    }


def _on_a_circle(code: str) -> tuple[float, float]:
    """Where a member stands whose place on the map nobody knows."""
    turn = 2 * np.pi * ISO3.index(code) / len(ISO3)
    return 4.5 + 4.5 * float(np.cos(turn)), 3.75 + 3.75 * float(np.sin(turn))


def _edge(row: Any, member: str | None, look: Theme, dark: bool) -> Option:
    mine, broken = member in (row.source, row.target), row.kind == "broken"
    with_us = "USA" in (row.source, row.target)
    colour = look.selected if mine else LOSS_TEXT[dark] if broken else look.muted
    said = "held at the start and no longer does" if broken else "between blocs" if row.across else "within a bloc"
    return {
        "source": row.source,
        "target": row.target,
        "lineStyle": {
            "color": colour,
            "width": 3 if mine else 1.2 if broken or with_us else round(1 + 3 * row.trust, 2),
            "type": "dotted" if broken else "dashed" if row.across else "solid",
            "opacity": 1 if mine else 0.35 if with_us and not broken else 0.6,
            "curveness": 0.14,
        },
        "text": tip(
            f"{NAMES[row.source]} and {NAMES[row.target]}", [f"mutual trust {percent(row.trust)} %", said]
        ),
    }  # fmt: skip


def _bloc_colour(bloc: int) -> str:
    return BLOC_COLOURS[min(bloc, len(BLOC_COLOURS) - 1)]


def _bloc_shape(bloc: int) -> str:
    return BLOC_SHAPES[min(bloc, len(BLOC_SHAPES) - 1)]


def bloc_look(bloc: int, patterns: Sequence[str]) -> tuple[str, str]:
    """Colour and pattern of a bloc."""
    return _bloc_colour(bloc), patterns[min(bloc, len(patterns) - 1)]
