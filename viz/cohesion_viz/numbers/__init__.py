"""The numbers of every chart, as tidy tables: one function a chart, read by every renderer.

They come from datasets of `cohesion.simulate`. A ``month`` is a position on the month axis, 0 the start, -1 the last.
Functions for what a slider moves take well below 10 ms together for 64 runs.
"""

from cohesion_viz.numbers.accounts import EVERYTHING_ELSE, Accounts, accounts, ledger
from cohesion_viz.numbers.events import events
from cohesion_viz.numbers.maps import (
    LIMITS,
    NOT_OF_THE_US,
    by_member,
    limits,
    map_differences,
    map_values,
    symmetric_limit,
)
from cohesion_viz.numbers.network import Network, blocs, mutual, network, trust_between, trust_network
from cohesion_viz.numbers.outcomes import outcome_differences, phase_diagram
from cohesion_viz.numbers.over_time import (
    MEMBER_VARIABLES,
    dates,
    fan,
    fan_of_one,
    member_series,
    month_after,
    paired_difference,
    shares_over_time,
    trust_changes,
)
from cohesion_viz.numbers.propositions import on_one_scale
from cohesion_viz.numbers.words import first_capital, points, signed, written, written_difference

__all__ = [
    "EVERYTHING_ELSE",
    "LIMITS",
    "MEMBER_VARIABLES",
    "NOT_OF_THE_US",
    "Accounts",
    "Network",
    "accounts",
    "blocs",
    "by_member",
    "dates",
    "events",
    "fan",
    "fan_of_one",
    "first_capital",
    "ledger",
    "limits",
    "map_differences",
    "map_values",
    "member_series",
    "month_after",
    "mutual",
    "network",
    "on_one_scale",
    "outcome_differences",
    "paired_difference",
    "phase_diagram",
    "points",
    "shares_over_time",
    "signed",
    "symmetric_limit",
    "trust_between",
    "trust_changes",
    "trust_network",
    "written",
    "written_difference",
]
