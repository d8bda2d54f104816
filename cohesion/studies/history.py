"""The model over history: what members spent is known up to an origin year and simulated after it.

Events are known throughout. A figure dated after the origin enters nowhere: see `cohesion.facts.load_facts`. In a year
whose spending is known, the difference to what the model expects is a surprise like one that is drawn: see
`cohesion.rules.burden.surprise`.
"""

import datetime
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from threadpoolctl import threadpool_limits

from cohesion.facts import Facts, growth_table, image_table, load_facts, spending_table
from cohesion.rules.burden import surprise
from cohesion.rules.measures import probability
from cohesion.scenario import Scenario, load_scenario
from cohesion.simulation import Simulation, Values
from cohesion.types import Array
from cohesion.uncertainty import Uncertainty

FIRST, LAST = 2014, 2024
#: Origins of forecasts that can be scored, and the one that cannot yet.
ORIGINS = (*range(2016, 2023), LAST)
#: Last year that the listed events reach into.
THROUGH = 2026
#: Month of the year at whose end the public is asked: Pew's surveys are taken in spring.
SURVEY = 5


@dataclass(frozen=True)
class Figures:
    """What is known of members' spending, economies and publics, by year.

    Attributes
    ----------
    spending
        % of GDP in `FIRST` to `LAST`, ``[year, member]``; nan where there is none.
    image
        Favourable views of the US in the same years, 0 to 1, ``[year, member]``; nan where there was no survey.
    growth
        Real growth of GDP, % a year, ``[year, member]``.
    """

    spending: Array
    image: Array
    growth: Array

    def until(self, origin: int) -> "Figures":
        """Those of years up to an origin; later ones are nan."""
        later = np.arange(FIRST, LAST + 1) > origin
        return Figures(*(np.where(later[:, None], np.nan, table) for table in (self.spending, self.image, self.growth)))


@dataclass(frozen=True)
class Past:
    """Simulated years, ``[run, year, member]`` each, from `FIRST`.

    Attributes
    ----------
    spending
        Mean of the year, % of GDP, as expected at its beginning where it is then observed.
    goodwill
        Share of the public with a favourable view of the US in spring, 0 to 1.
    """

    spending: Array
    goodwill: Array


@cache
def figures(edition: str = "2024") -> Figures:
    """The figures of history: spending of an edition ("2024" is nearer to what was known), views of the US by Pew."""
    _, years, spending = spending_table("2024" if edition == "2024" else "2026")
    _, surveyed, image = image_table()
    kept = np.full((LAST - FIRST + 1, spending.shape[0]), np.nan)
    for row, year in enumerate(range(FIRST, LAST + 1)):
        if year in surveyed:
            kept[row] = image[:, surveyed.index(year)]
    _, grown, growth = growth_table()
    span = range(FIRST, LAST + 1)
    return Figures(
        spending[:, [years.index(year) for year in span]].T, kept, growth[:, [grown.index(year) for year in span]].T
    )


@cache
def scenario(through: int) -> Scenario:
    """History from 2014 to the end of a year, with the events of 2025 and 2026 as far as it reaches."""
    past, later = load_scenario("history-2014-2024"), load_scenario("events-2025-2026")
    months = 12 * (through - FIRST + 1)
    if through <= LAST:
        return past.with_changes(months=months)
    level = float(past.paths()["russia_pressure"][-1, 0])  # the later scenario's pressure is measured from 2025
    events = []
    for event in later.events:
        pressed = event.levers.get("russia_pressure")
        moved = {"russia_pressure": pressed + level} if isinstance(pressed, float | int) else {}
        events.append(replace(event, levers=event.levers | moved))
    return replace(past, months=months, events=(*past.events, *events))


def facts(origin: int) -> Facts:
    """The facts with which history starts, as known in the year of an origin."""
    return load_facts(datetime.date(FIRST, 1, 1), known=origin)


def follow(
    known: Figures,
    through: int,
    seed: int,
    runs: range,
    uncertainty: Uncertainty,
    parameters: Values | None = None,
    origin: int = LAST,
) -> Past:
    """Simulate history, with spending as it was wherever it is known.

    Parameters
    ----------
    known
        Figures up to the origin.
    through
        Last year to simulate.
    seed, runs, uncertainty, parameters
        As of `cohesion.simulation.Simulation`.
    origin
        Year of the newest fact that may enter.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        simulation = Simulation(scenario(through), seed, runs, uncertainty, parameters, facts=facts(origin))
        years = range(FIRST, through + 1)
        spending, goodwill = (np.empty((len(runs), len(years), len(simulation.facts.iso3))) for _ in range(2))
        for row, year in enumerate(years):
            months = []
            for month in range(1, 13):
                simulation.step()
                months.append(simulation.state.spending)
                if month == SURVEY:
                    goodwill[:, row] = probability(simulation.inputs.goodwill + simulation.state.goodwill)
            spending[:, row] = np.mean(months, axis=0)
            if FIRST < year <= LAST and not np.isnan(known.spending[row]).all():
                spending[:, row] *= np.exp(slump(known.growth[row], simulation.facts))
                observe(simulation, np.mean(months, axis=0), spending[:, row], known.spending[row])
    return Past(spending, goodwill)


def slump(growth: Array, start: Facts) -> Array:
    """How far a year's growth lifts spending as a share of GDP, in logs, ``[member]``.

    Budgets are voted before the year's growth is known, so a recession raises the share and a rebound lowers it without
    anyone's wish.

    Parameters
    ----------
    growth
        Real growth of the year, % ``[member]``; nan counts as the trend.
    start
        Facts, with the trend.
    """
    return np.nan_to_num(np.log1p(start.growth) - np.log1p(growth / 100))


def observe(simulation: Simulation, simulated: Array, expected: Array, spent: Array) -> None:
    """Let a simulation know what members spent in the year that ends.

    Parameters
    ----------
    simulation
        At the end of a year.
    simulated, expected
        Mean of the year without and with the year's growth, % of GDP, ``[run, member]``.
    spent
        Known mean of the year, ``[member]``; nan where it is not known.
    """
    state = simulation.state
    spent = np.where(np.isnan(spent), expected, spent)
    by = np.log(np.maximum(spent, 1e-9) / np.maximum(expected, 1e-9))
    spending, preference = surprise(state.spending, state.preference, by, simulation.parameters)
    moved = np.maximum(expected, 1e-9) / np.maximum(simulated, 1e-9)
    simulation.state = replace(state, spending=spending * moved, preference=preference)
