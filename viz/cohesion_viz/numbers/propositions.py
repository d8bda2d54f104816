"""Contrasts of a proposition on one scale: multiples of the smallest meaningful difference, as claimed to the right."""

import pandas as pd


def on_one_scale(contrasts: pd.DataFrame) -> pd.DataFrame:
    """The contrasts of `cohesion.propositions.findings.Finding`, turned and scaled.

    Returns
    -------
    pandas.DataFrame
        ``contrast``, ``decides``, ``verdict``, ``probability``; ``low``, ``median``, ``high``: range of nine tenths of
        the parameter sets and the median; ``bound``: what the median has to reach (1, or -1 where the claim is that
        there is no such difference); ``ablated``: median with the mechanism switched off, NaN of those that do not
        decide.
    """
    sign = contrasts["claim"].map({"more": 1, "no less": 1, "less": -1, "no more": -1})
    scale = sign / contrasts["smallest"]
    ends = contrasts[["low", "high"]].mul(scale, axis="index")
    found = contrasts[["contrast", "decides", "verdict", "probability"]].copy()
    found["low"], found["high"] = ends.min(axis="columns"), ends.max(axis="columns")
    found["median"] = contrasts["median"] * scale
    found["bound"] = contrasts["claim"].str.startswith("no ").map({True: -1, False: 1})
    found["ablated"] = contrasts["ablated"] * scale
    return found
