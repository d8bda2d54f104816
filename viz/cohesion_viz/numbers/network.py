"""Mutual trust between members as a network, and its blocs."""

import datetime
from functools import lru_cache
from typing import NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
import xarray as xr

from cohesion.facts import ISO3, NAMES, load_facts
from cohesion.parameters import BY_NAME as PARAMETERS
from cohesion.rules.measures import probability
from cohesion.simulation import Simulation
from cohesion.types import POSTURES, Array, BoolArray, IntArray
from cohesion_viz.numbers.maps import by_member, map_values

_TODAY = datetime.date(2025, 1, 1)  # start whose facts order blocs and tell neighbours


class Network(NamedTuple):
    """Members (index ISO3) and ties between them."""

    nodes: pd.DataFrame
    edges: pd.DataFrame


def trust_between(simulation: Simulation) -> Array:
    """Median over runs of each member's trust in each other at the present month of a simulation, [member, member]."""
    return np.median(probability(simulation.inputs.prior + simulation.state.deviation), axis=0)


def mutual(trust: Array) -> Array:
    """Mutual trust of each pair, the smaller of the two, [member, member]; zero on the diagonal."""
    return np.minimum(trust, trust.T) * (1 - np.eye(len(trust)))


def blocs(trust: Array, threshold: float = PARAMETERS["threshold_edge"].default) -> pd.DataFrame:
    """Groups of members that trust one another: index ISO3; columns ``bloc`` (0, 1, ...), ``label``.

    Members are tied where their mutual trust reaches the threshold. Parts that are not tied at all are blocs; they are
    split further by Louvain's method (Blondel et al. 2008, fixed seed) only where that is clear: modularity of at least
    0.1. Blocs come in the order of their largest economy, so that they keep their place from month to month.

    Parameters
    ----------
    trust
        Of each member in each other, 0 to 1, [member, member], in the order of `cohesion.facts.ISO3`.
    threshold
        Least mutual trust of a tie; that of the model's own measure by default.
    """
    shared = mutual(trust)
    graph = nx.Graph()
    graph.add_nodes_from(ISO3)
    at = np.argwhere(np.triu(shared >= threshold, 1))
    graph.add_weighted_edges_from((ISO3[i], ISO3[j], float(shared[i, j])) for i, j in at)
    groups = [set(part) for part in nx.connected_components(graph)]
    if graph.number_of_edges():
        finer = nx.community.louvain_communities(graph, weight="weight", seed=0)
        if len(finer) > len(groups) and nx.community.modularity(graph, finer, weight="weight") >= 0.1:
            groups = [set(part) for part in finer]
    rank = {code: k for k, code in enumerate(_by_economy())}
    ordered = sorted((sorted(group, key=rank.__getitem__) for group in groups), key=lambda group: rank[group[0]])
    number = {code: k for k, group in enumerate(ordered) for code in group}
    return pd.DataFrame(
        {"bloc": [number[code] for code in ISO3], "label": [_bloc_label(ordered[number[code]]) for code in ISO3]},
        index=pd.Index(ISO3, name="member"),
    )


def trust_network(
    data: xr.Dataset,
    month: int,
    trust: Array,
    start: Array | None = None,
    threshold: float = PARAMETERS["threshold_edge"].default,
) -> Network:
    """Blocs and ties in a month, as `network`, with posture and trust in the US from an ensemble.

    A dataset holds each member's trust in the US and in the others together, not in each; so ``trust`` (and ``start``,
    that of the start) is handed in, [member, member]: see `trust_between`.
    """
    postures = map_values(data, "posture", month)["value"].to_numpy()
    return network(trust, start, postures, threshold)


def network(
    trust: Array,
    start: Array | None = None,
    postures: Array | IntArray | None = None,
    threshold: float = PARAMETERS["threshold_edge"].default,
) -> Network:
    """Members in their blocs, and the ties that are drawn.

    Blocs rest on all pairs. Hundreds of these trust each other about alike, so only ties between neighbours and with
    the United States are listed (``kind`` "held"), and those that held at the start and no longer do ("broken").

    Parameters
    ----------
    trust, start
        Of each member in each other, now and at the start, 0 to 1, [member, member].
    postures
        Code of each member's posture, for the nodes.
    threshold
        Least mutual trust of a tie.

    Returns
    -------
    Network
        Nodes: ``name``, ``bloc``, ``label``, ``trust_in_us`` (NaN for the US), ``posture`` where given.
        Edges: ``source``, ``target``, ``trust`` (mutual), ``kind``, ``across`` (between blocs).
    """
    shared = mutual(trust)
    nodes = blocs(trust, threshold)
    nodes.insert(0, "name", [NAMES[code] for code in nodes.index])
    nodes["trust_in_us"] = by_member("trust_in_us", trust[:, ISO3.index("USA")])["value"]
    if postures is not None:
        nodes["posture"] = [POSTURES[int(k)] for k in postures]
    held = shared >= threshold
    broken = np.zeros_like(held) if start is None else (mutual(start) >= threshold) & ~held
    pairs = np.argwhere(np.triu((held & _drawn()) | broken, 1)).tolist()
    bloc = nodes["bloc"].to_numpy()
    rows = [
        (ISO3[i], ISO3[j], float(shared[i, j]), "broken" if broken[i, j] else "held", bool(bloc[i] != bloc[j]))
        for i, j in pairs
    ]
    return Network(nodes, pd.DataFrame(rows, columns=["source", "target", "trust", "kind", "across"]))


@lru_cache(maxsize=1)
def _drawn() -> BoolArray:
    """Pairs whose tie is drawn: neighbours, and each member with the United States."""
    pairs = np.array(load_facts(_TODAY).neighbours, bool)
    pairs[ISO3.index("USA")] = pairs[:, ISO3.index("USA")] = True
    return pairs | pairs.T


@lru_cache(maxsize=1)
def _by_economy() -> tuple[str, ...]:
    """Members by GDP, the largest first."""
    gdp = load_facts(_TODAY).gdp
    return tuple(ISO3[k] for k in np.argsort(-gdp, kind="stable"))


def _bloc_label(group: list[str]) -> str:
    """A bloc by who is in it, largest economies first, without claiming what binds it."""
    names = [NAMES[code] for code in group]
    if len(group) == len(ISO3):
        return "all members"
    if len(group) == 1:
        return f"{names[0]}, apart"
    return " and ".join(names) if len(group) == 2 else f"{names[0]}, {names[1]} and {len(group) - 2} more"
