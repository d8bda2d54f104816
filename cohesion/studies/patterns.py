"""The ten patterns that the model must reproduce (pattern-oriented modelling: Grimm et al. 2005), measured run by run.

A function a pattern takes ensembles of `cohesion.simulate` and gives its measures in each run, whether the run shows
it, and the numbers of its figure. A run has a parameter set of its own, so the share of runs that show a pattern is
the share of parameter sets, under all else that is drawn. `PATTERNS` says in words what is measured and when a run
shows it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from cohesion import load_scenario, outcome, simulate
from cohesion.facts import ISO3, image_table, load_facts, spending_table
from cohesion.studies.history import FIRST, LAST, SURVEY
from cohesion.studies.pattern_numbers import Found, Measure, Panel, members, over_time, passes, rank_correlation, yearly
from cohesion.types import POSTURES, Array
from cohesion.uncertainty import DEFAULT, Uncertainty

#: All but the United States, and those of them that have forces.
ALLIES = [code for code in ISO3 if code != "USA"]
EUROPE = [code for code in ALLIES if code != "ISL"]
NORDIC = ["SWE", "NOR", "FIN"]
FRONT = ["EST", "LVA", "LTU", "POL", "FIN"]
#: Years of surveys between which views of the US are compared; in 2024 few members were asked.
ASKED = (2016, 2020, 2023)
#: Rank correlations of some 30 members above this differ from zero at the 5 % level (Spearman, two-sided, n = 30).
CLEAR = 0.36


@dataclass(frozen=True)
class Setup:
    """What an ensemble simulates: scenario, levers and parameters changed in it, and the variables to keep."""

    scenario: str
    variables: tuple[str, ...]
    levers: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, float] = field(default_factory=dict)


#: All other allies spend 5 %. A missed pledge would cost them trust, and with it the weight of their forces.
_PLEDGED = {"pledge": {code: 5.0 for code in ALLIES if code != "PRT"}}
_BOTH = ("cohesion_index", "spending")
ENSEMBLES = {
    "history": Setup("history-2014-2024", ("spending", "trust_in_us", "goodwill")),
    "status_quo": Setup("status-quo", ("spending", "trust_in_us", "goodwill", "threat", "credibility")),
    "trade_war": Setup("trade-war", ("trust_in_us",)),
    "claim": Setup("greenland-claim", ("trust_in_us",)),
    "pledged": Setup("status-quo", ("spending",), _PLEDGED, {"pledge_trust": 0}),
    "pledged_alone": Setup("status-quo", ("spending",), _PLEDGED, {"pledge_trust": 0, "spill_in": 0}),
    "burden_demand": Setup("burden-demand", _BOTH),
    "splitting": Setup("splitting-the-alliance", _BOTH),
    "wedge": Setup("status-quo", ("posture",), {"russia_wedge": 1.0}),
}


def ensemble(
    name: str, runs: int = 256, seed: int = 0, uncertainty: Uncertainty = DEFAULT, **parameters: float
) -> xr.Dataset:
    """An ensemble of `ENSEMBLES`; parameters are set in place of what is drawn."""
    setup = ENSEMBLES[name]
    scenario = load_scenario(setup.scenario).with_changes(levers=setup.levers)
    return simulate(
        scenario, runs, seed, uncertainty, parameters=setup.parameters | parameters, variables=setup.variables
    )


@dataclass(frozen=True)
class Pattern:
    """A pattern, in words, and the function that looks for it.

    Attributes
    ----------
    number, name
        Place in the list, and the name of its function.
    says
        The pattern.
    rule
        When a run shows it.
    ensembles
        Names in `ENSEMBLES`, in the order in which `find` takes them.
    find
        The function.
    """

    number: int
    name: str
    says: str
    rule: str
    ensembles: tuple[str, ...]
    find: Callable[..., Found]


def month(year: int, calendar: int = 1) -> int:
    """Months from the start of the history to the beginning of a month."""
    return (year - FIRST) * 12 + calendar - 1


def exposure() -> xr.DataArray:
    """Exposure to Russia of `EUROPE` at default parameters, ``[member]``."""
    facts = load_facts(load_scenario("history-2014-2024").start)
    values = np.exp(-facts.distance_moscow / 1200) + 0.25 * facts.border
    return xr.DataArray(values, coords={"member": list(ISO3)}).sel(member=EUROPE)


def west_and_east() -> tuple[list[str], list[str]]:
    """The 8 least exposed of `EUROPE` and the 8 most exposed."""
    near = exposure()
    ordered = [str(code) for code in near["member"].values[np.argsort(near.values)]]
    return ordered[:8], ordered[-8:]


def spending_rises(history: xr.Dataset) -> Found:
    """Pattern 1: two rises of European spending, the second after one or two budgets."""
    mean = history["spending"].sel(member=EUROPE).mean("member").values  # [run, month]
    nato = _spending(EUROPE)
    first = mean[:, month(2016, 6)] / mean[:, 0] - 1
    before = (mean[:, month(2022)] / mean[:, month(2019)] - 1) / 3
    at_once = mean[:, month(2022, 6)] / mean[:, month(2022, 2)] - 1
    after = (mean[:, month(2024, 6)] / mean[:, month(2022, 6)] - 1) / 2
    shown = (first > 0) & (np.abs(at_once) < 0.005) & (after > before)
    measures = {
        "first": Measure("2014 to mid-2016", first, "%", nato[2016] / nato[2014] - 1, "NATO"),
        "before": Measure("a year, 2019 to 2022", before, "%", (nato[2022] / nato[2019] - 1) / 3, "NATO"),
        "at_once": Measure("first four months of the war", at_once, "%"),
        "after": Measure("a year, mid-2022 to mid-2024", after, "%", (nato[2024] / nato[2022] - 1) / 2, "NATO"),
    }
    series = "mean of 30 members"
    panel = Panel("time", over_time({series: mean}, FIRST), "Defence spending, % of GDP", data=yearly(series, nato),
                  source="NATO")  # fmt: skip
    return Found(measures, shown, (panel,))


def rise_by_exposure(history: xr.Dataset) -> Found:
    """Pattern 2: the nearer to Russia, the larger the rise of spending."""
    spending = history["spending"].sel(member=EUROPE)
    rise, near = (spending[:, -1] / spending[:, 0] - 1).values, exposure().values
    codes, years, figures = spending_table()
    rows = figures[[codes.index(code) for code in EUROPE]]
    nato = rows[:, years.index(LAST)] / rows[:, years.index(FIRST)] - 1
    found = rank_correlation(rise, near)
    text = "rank correlation of rise and exposure"
    measures = {"correlation": Measure(text, found, "0.01", float(rank_correlation(nato, near)[0]), "NATO")}
    panel = Panel(
        "members", members(rise, EUROPE, near), "Rise of spending 2014 to 2024, share",
        "Exposure to Russia at default parameters", pd.DataFrame({"member": EUROPE, "value": nato}), "NATO",
    )  # fmt: skip
    return Found(measures, found > CLEAR, (panel,))


def west_last_and_least(history: xr.Dataset) -> Found:
    """Pattern 3: members far from Russia raise spending later and less."""
    groups = dict(zip(("8 least exposed", "8 most exposed"), west_and_east(), strict=True))
    rises, nato, data = {}, {}, []
    for name, codes in groups.items():
        spending = history["spending"].sel(member=codes)
        rises[name] = (spending / spending[:, 0] - 1).mean("member").values
        table = _spending(codes, relative=True)
        nato[name] = table[LAST]
        data.append(yearly(name, table))
    west, east = rises.values()
    first = {name: passes(values, 0.05) for name, values in rises.items()}
    later = np.subtract(*first.values())
    measures = {
        f"rise_{side}": Measure(f"rise of the {name}", rises[name][:, -1], "%", nato[name], "NATO")
        for side, name in zip(("west", "east"), groups, strict=True)
    } | {"later": Measure("the least exposed pass +5 % later by", later, "months")}
    panel = Panel("time", over_time(rises, FIRST), "Rise of spending, share of that of 2014", data=pd.concat(data),
                  source="NATO")  # fmt: skip
    return Found(measures, (west[:, -1] < east[:, -1]) & (later > 0), (panel,))


def trust_follows_the_administration(history: xr.Dataset) -> Found:
    """Pattern 4: trust in the US falls under an administration that doubts and comes back under the next."""
    trust = history["trust_in_us"].sel(member=ALLIES).mean("member").values
    before, bottom, after = (trust[:, month(year)] for year in (2017, 2021, 2025))
    loss, recovery = before - bottom, after - bottom
    down = passes(trust[:, [month(2017)]] - trust[:, month(2017) : month(2021) + 1], loss / 2)
    up = passes(trust[:, month(2021) :] - trust[:, [month(2021)]], recovery / 2)
    moved = (loss > 0.03) & (recovery > 0.03)
    panel, pew = _pew()
    liking = history["goodwill"].sel(member=panel).mean("member").values
    surveys = [month(year, SURVEY + 1) for year in ASKED]
    fell, rose = (liking[:, b] - liking[:, a] for a, b in pairwise(surveys))
    measures = {
        "loss": Measure("trust lost 2017 to 2020", loss, "0.01"),
        "recovery": Measure("regained 2021 to 2024", recovery, "0.01"),
        "down": Measure("half of the way down", np.where(moved, down, np.nan), "months"),
        "up": Measure("half of the way up", np.where(moved, up, np.nan), "months"),
        "liking_lost": Measure("favourable views 2016 to 2020", fell, "0.01", pew[2020] - pew[2016], "Pew"),
        "liking_regained": Measure("and 2020 to 2023", rose, "0.01", pew[2023] - pew[2020], "Pew"),
    }
    names = ("mean of 31 members", f"mean of {len(panel)} members surveyed")
    panels = (
        Panel("time", over_time({names[0]: trust}, FIRST), "Trust in the US, probability"),
        Panel("time", over_time({names[1]: liking}, FIRST), "Favourable view of the US, share",
              data=yearly(names[1], pew), source="Pew"),
    )  # fmt: skip
    return Found(measures, moved & (loss > recovery), panels)


def tariff_by_exports(status_quo: xr.Dataset, trade_war: xr.Dataset) -> Found:
    """Pattern 5: a tariff costs more trust where more is exported to the US."""
    lost = _lost(status_quo, trade_war)
    exports = load_facts(load_scenario("trade-war").start).exports_to_us[[ISO3.index(code) for code in ALLIES]]
    found = rank_correlation(lost, exports)
    measures = {
        "correlation": Measure("rank correlation of lost trust and exports", found, "0.01"),
        "most": Measure("loss of Canada, the most exposed", lost[:, ALLIES.index("CAN")], "0.01"),
    }
    panel = Panel("members", members(lost, ALLIES, 100 * exports), "Trust in the US lost after ten years",
                  "Goods exports to the US, % of GDP")  # fmt: skip
    return Found(measures, found > CLEAR, (panel,))


def claim_by_nearness(status_quo: xr.Dataset, claim: xr.Dataset) -> Found:
    """Pattern 6: a claim on a member's territory costs most trust there, and next in the member's neighbours."""
    lost = pd.DataFrame(_lost(status_quo, claim), columns=ALLIES)
    denmark, nordic = lost["DNK"], lost[NORDIC].mean(axis=1)
    others = lost.drop(columns=["DNK", *NORDIC])
    shown = (denmark > lost.drop(columns="DNK").max(axis=1)) & (nordic > others.quantile(0.9, axis=1))
    measures = {
        "claimed": Measure("loss of Denmark", denmark.to_numpy(), "0.01"),
        "neighbours": Measure("mean loss of Sweden, Norway and Finland", nordic.to_numpy(), "0.01"),
        "others": Measure("median loss of the others", others.median(axis=1).to_numpy(), "0.01"),
    }
    table = members(lost.to_numpy(), ALLIES).nlargest(12, "p50")
    return Found(measures, shown.to_numpy(), (Panel("members", table, "Trust in the US lost after ten years"),))


def free_riding(pledged: xr.Dataset, pledged_alone: xr.Dataset) -> Found:
    """Pattern 7: what allies spend lowers a member's own spending, more in the long run."""
    with_spill_in, alone = (data["spending"].sel(member="PRT").values for data in (pledged, pledged_alone))
    change = with_spill_in / alone - 1
    short, long = change[:, 24], change[:, -1]
    measures = {
        "short": Measure("Portugal's spending after two years", short, "%"),
        "long": Measure("after ten years", long, "%"),
    }
    panel = Panel("time", over_time({"Portugal": change}, 2025), "Change of spending by spill-in, share")
    return Found(measures, (long < 0) & (long < short), (panel,))


def coercion(burden_demand: xr.Dataset, splitting: xr.Dataset) -> Found:
    """Pattern 8: coercion raises European spending while it lowers cohesion."""
    split, demand = (
        data["spending"].sel(member=EUROPE).values[:, -1].mean(axis=1) for data in (splitting, burden_demand)
    )
    spending = split - demand
    cohesion = splitting["cohesion_index"].values[:, -1] - burden_demand["cohesion_index"].values[:, -1]
    measures = {
        "spending": Measure("change of spending, % of GDP", spending, "0.01"),
        "cohesion": Measure("of the cohesion index", cohesion, "0.01"),
    }
    panel = Panel("runs", pd.DataFrame({"x": spending, "y": cohesion}), "Change of the cohesion index",
                  "Change of European spending, % of GDP")  # fmt: skip
    return Found(measures, (spending > 0) & (cohesion < 0), (panel,))


def obstruction(wedge: xr.Dataset) -> Found:
    """Pattern 9: a far member with an accommodating government obstructs before a front-line state."""
    obstructs = (wedge["posture"] == POSTURES.index("obstructing")).transpose("run", "month", "member")
    first = pd.DataFrame(
        {code: passes(obstructs.sel(member=code).values.astype(float), 0.5) for code in ("HUN", *FRONT)}
    )
    share = obstructs.mean("month").sel(member=ALLIES).values
    front = share[:, [ALLIES.index(code) for code in FRONT]].max(axis=1)
    measures = {
        "hungary": Measure("share of months, Hungary", share[:, ALLIES.index("HUN")], "0.01"),
        "front": Measure("the front-line state with most", front, "0.01"),
    }
    table = members(share, ALLIES, mean=True)
    table = table[table["member"].isin(FRONT) | (table["mean"].rank(ascending=False, method="first") <= 6)]
    panel = Panel("members", table.sort_values("mean", ascending=False), "Share of months spent obstructing")
    return Found(measures, (first["HUN"] < first[FRONT].min(axis=1)).to_numpy(), (panel,))


def status_quo_stays(status_quo: xr.Dataset) -> Found:
    """Pattern 10: without shocks from 2025 on the alliance drifts little."""
    holds = status_quo["outcome"].values[:, -1] == outcome.OUTCOMES.index("holds")
    names = {"trust_in_us": "trust in the US", "threat": "perceived threat", "credibility": "credibility"}
    series = {text: status_quo[name].sel(member=ALLIES).mean("member").values for name, text in names.items()}
    drifts = {text: values[:, -1] - values[:, 0] for text, values in series.items()}
    measures = {
        name: Measure(f"drift of {text}", drifts[text], "0.01") for name, text in names.items()
    } | {"holds": Measure("alliance holds (0 or 1)", holds.astype(float), "0.01")}  # fmt: skip
    shown = holds & np.all([np.abs(drift) < 0.1 for drift in drifts.values()], axis=0)
    return Found(measures, shown, (Panel("time", over_time(series, 2025), "Mean of 31 members, probability"),))


PATTERNS = (
    Pattern(
        1, "spending_rises", "Spending rises after 2014, and again one or two budgets after February 2022",
        "Mean spending of 30 members is above that of 2014 in mid-2016, moves by less than 0.5 % in the first four "
        "months of the war, and rises faster a year from mid-2022 to mid-2024 than from 2019 to 2022",
        ("history",), spending_rises,
    ),
    Pattern(
        2, "rise_by_exposure", "The rise is larger the closer to Russia",
        f"The rank correlation over 30 members of the rise 2014 to 2024 with exposure is above {CLEAR} "
        "(different from zero at the 5 % level)",
        ("history",), rise_by_exposure,
    ),
    Pattern(
        3, "west_last_and_least", "West and south move last and least",
        "The 8 least exposed members rise less to the end of 2024 than the 8 most exposed, and pass +5 % later or "
        "never",
        ("history",), west_last_and_least,
    ),
    Pattern(
        4, "trust_follows_the_administration",
        "Trust in the US drops with a doubting administration and recovers with the next, quicker down than up",
        "Mean trust of 31 members falls by more than 0.03 from 2017 to 2020, regains more than 0.03 in the next four "
        "years, and regains less than it lost",
        ("history",), trust_follows_the_administration,
    ),
    Pattern(
        5, "tariff_by_exports", "A tariff hits trust more where exports to the US weigh more",
        "The rank correlation over 31 members of trust lost in a trade war (against the status quo) with exports to "
        f"the US over GDP is above {CLEAR}",
        ("status_quo", "trade_war"), tariff_by_exports,
    ),
    Pattern(
        6, "claim_by_nearness", "A claim moves the claimed member most, its neighbours next",
        "Under the claim on Greenland (against the status quo) Denmark loses most, and Sweden, Norway and Finland lose "
        "more, on average, than nine tenths of the others",
        ("status_quo", "claim"), claim_by_nearness,
    ),
    Pattern(
        7, "free_riding", "Allies' forces lower a member's own spending, weakly at first and more in the long run",
        "Spill-in lowers Portugal's spending after ten years of a pledge of 5 % by all other allies, and by more than "
        "after two years (pledges without effect on trust)",
        ("pledged", "pledged_alone"), free_riding,
    ),
    Pattern(
        8, "coercion", "Coercion raises European spending and lowers cohesion",
        "In the last month of splitting the alliance, against the burden demand alone, mean spending of 30 members is "
        "higher and the cohesion index lower",
        ("burden_demand", "splitting"), coercion,
    ),
    Pattern(
        9, "obstruction", "A far member with an accommodating government obstructs before a front-line state does",
        "Under a full Russian wedge Hungary obstructs, and earlier than Estonia, Latvia, Lithuania, Poland and Finland",
        ("wedge",), obstruction,
    ),
    Pattern(
        10, "status_quo_stays", "Without shocks from 2025 on the alliance drifts little",
        "After ten years of the status quo the alliance holds, and trust in the US, perceived threat and credibility "
        "(means of 31 members) each stand within 0.1 of the start",
        ("status_quo",), status_quo_stays,
    ),
)  # fmt: skip
BY_NAME = {pattern.name: pattern for pattern in PATTERNS}


def _spending(codes: list[str], relative: bool = False) -> dict[int, float]:
    """NATO's figures by year: mean of members' spending, or of its rise since 2014."""
    iso3, years, figures = spending_table()
    rows = figures[[iso3.index(code) for code in codes]]
    rows = rows / rows[:, :1] - 1 if relative else rows
    return dict(zip(years, rows.mean(axis=0).tolist(), strict=True))


def _pew() -> tuple[list[str], dict[int, float]]:
    """Members surveyed in the years `ASKED`, and their mean favourable view of the US in years that have them all."""
    iso3, years, figures = image_table()
    asked = [years.index(year) for year in ASKED]
    rows = [k for k, code in enumerate(iso3) if code != "USA" and not np.isnan(figures[k, asked]).any()]
    means = dict(zip(years, figures[rows].mean(axis=0).tolist(), strict=True))
    return [iso3[k] for k in rows], {year: value for year, value in means.items() if year >= FIRST and value == value}


def _lost(first: xr.Dataset, second: xr.Dataset) -> Array:
    """Trust in the US that is lower in the second ensemble's last month, run by run, ``[run, member]``."""
    a, b = (data["trust_in_us"].isel(month=-1).sel(member=ALLIES).values for data in (first, second))
    return np.subtract(a, b)
