"""The analysis of experiments on functions whose answers are known, and on planted structure."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohesion import ConfigError
from cohesion.outcome import OUTCOMES
from cohesion.studies.analysis import analyse, write
from cohesion.studies.discovery import discover
from cohesion.studies.effects import (
    by_point,
    effect_sizes,
    enough_runs,
    interactions,
    main_effects,
    phase,
)
from cohesion.studies.experiment import Experiment, experiment_of
from cohesion.studies.plan import Plan
from cohesion.studies.sensitivity import morris_effects, noise_share, sobol_indices
from cohesion_viz import study_charts

HEAD = """
title = "Known answers"
question = "Are they found?"
scenarios = ["status-quo"]
months = 12
"""
THREE = ("us_tariff", "us_culture_war", "us_reward")


def made(text: str, of, runs: int = 1, outcome: str = "cohesion_index") -> tuple[pd.DataFrame, Experiment]:
    """A table whose values are a function of the factors (scaled to 0 to 1) and of the run number."""
    raw = tomllib.loads(f'{HEAD}runs = {runs}\noutcome = "{outcome}"\n{text}')
    experiment = experiment_of(raw, "known", "known.toml", Path())
    plan = Plan.of(experiment)
    table = plan.table()
    low, high = (np.array([getattr(f, end) for f in experiment.factors]) for end in ("low", "high"))
    scaled = (table[[f.name for f in experiment.factors]].to_numpy() - low) / (high - low)
    values = of(scaled, table["run"].to_numpy())
    table["cohesion_index_last"] = values
    table["outcome"] = np.where(np.asarray(values) > 0.5, "splinters", "holds")
    return table, experiment


def sample(method: str, size: int) -> str:
    ranges = "{ us_tariff = [0, 0.6], us_culture_war = [0, 1], us_reward = [0, 1] }"
    return f'[sample]\nmethod = "{method}"\nsize = {size}\nranges = {ranges}'


def ishigami(x, run):
    """Ishigami and Homma (1990), a = 7, b = 0.1, on -pi to pi."""
    a, b, c = (2 * x - 1).T * np.pi
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


# --- sensitivity ------------------------------------------------------------------------------------------------------


def test_sobol_indices_of_the_ishigami_function():
    found = sobol_indices(*made(sample("sobol", 4096), ishigami), "cohesion_index").set_index("factor")
    np.testing.assert_allclose(found.loc[list(THREE), "first"], [0.3139, 0.4424, 0], atol=0.02)
    np.testing.assert_allclose(found.loc[list(THREE), "total"], [0.5576, 0.4424, 0.2437], atol=0.02)
    assert found["total"].is_monotonic_decreasing
    assert (found[["first_half", "total_half"]] < 0.06).all(axis=None)


def test_morris_ranks_a_linear_function_and_finds_no_interaction():
    found = morris_effects(*made(sample("morris", 30), lambda x, run: x @ [0.1, 3, 1]), "cohesion_index")
    assert found["factor"].tolist() == ["us_culture_war", "us_reward", "us_tariff"]
    np.testing.assert_allclose(found["mu_star"], [3, 1, 0.1], atol=1e-9)
    np.testing.assert_allclose(found["sigma"], 0, atol=1e-9)


def test_sensitivity_refuses_a_design_with_holes():
    table, experiment = made(sample("morris", 10), lambda x, run: x.sum(axis=1))
    with pytest.raises(ConfigError, match="39 of 40 points are there"):
        morris_effects(table[table["point"] != 7], experiment, "cohesion_index")


def test_noise_of_runs_is_told_from_differences_between_points():
    generator = np.random.default_rng(0)
    loud, _ = made(sample("sobol", 64), lambda x, run: generator.normal(size=len(x)), runs=8)
    still, _ = made(sample("sobol", 64), lambda x, run: x[:, 0], runs=8)
    assert noise_share(loud, "cohesion_index") == pytest.approx(1, abs=0.2)
    assert noise_share(still, "cohesion_index") == 0


# --- discovery --------------------------------------------------------------------------------------------------------


def test_prim_finds_a_planted_box():
    generator = np.random.default_rng(1)

    def planted(x, run):
        inside = (x[:, 0] > 0.6) & (x[:, 2] < 0.3)
        return np.where(generator.random(len(x)) < 0.02, ~inside, inside).astype(float)

    table, experiment = made(sample("latin-hypercube", 2000), planted, outcome="splinters")
    found = discover(table, experiment, "splinters")
    box = found.box.set_index("factor")
    assert set(box.index) == {"us_tariff", "us_reward"}
    assert box.loc["us_tariff", "low"] == pytest.approx(0.6 * 0.6, abs=0.02)
    assert box.loc["us_reward", "high"] == pytest.approx(0.3, abs=0.03)
    coverage, density, mass = found.held_out
    assert coverage > 0.8
    assert density > 0.85
    assert mass == pytest.approx(0.12, abs=0.03)


def test_noise_has_no_box():
    generator = np.random.default_rng(2)
    table, experiment = made(
        sample("latin-hypercube", 1000), lambda x, run: generator.random(len(x)) * 0.7, outcome="splinters"
    )
    found = discover(table, experiment, "splinters")
    assert found.box.empty
    assert found.why_not


@pytest.mark.parametrize("points", [16, 100])
@pytest.mark.parametrize(("value", "said"), [(0.0, "it happens too rarely"), (1.0, "it happens nearly always")])
def test_an_outcome_that_never_or_always_happens_has_no_box(value, said, points):
    table, experiment = made(sample("latin-hypercube", points), lambda x, run: np.full(len(x), value))
    assert said in discover(table, experiment, "splinters").why_not


# --- effects ----------------------------------------------------------------------------------------------------------

GRID = "[sweep]\nus_tariff = [0, 0.3, 0.6]\nus_culture_war = [0, 0.5, 1]"


def test_effects_of_a_plane_are_its_slopes_and_do_not_interact():
    table, experiment = made(GRID, lambda x, run: x @ [0.2, -0.6] + 0.001 * run, runs=4)
    effects = main_effects(table, experiment, "cohesion_index")
    sizes = effect_sizes(effects).set_index("factor")
    np.testing.assert_allclose(sizes.loc[["us_tariff", "us_culture_war"], "range"], [0.2, 0.6])
    assert sizes.loc["us_culture_war", "lowest_at"] == 1
    np.testing.assert_allclose(interactions(table, experiment, "cohesion_index")["interaction"], 0, atol=1e-12)
    numbers = phase(table, experiment, "cohesion_index").set_index(["x", "y"])["value"]
    assert numbers[0.6, 1.0] - numbers[0.0, 0.0] == pytest.approx(-0.4)


def test_an_interaction_is_the_difference_of_differences():
    table, experiment = made(
        GRID, lambda x, run: 0.5 * x[:, 0] * x[:, 1] + 0.01 * (run % 2) * x[:, 0] * x[:, 1], runs=8
    )
    row = interactions(table, experiment, "cohesion_index").iloc[0]
    assert row["low"] < 0.505 < row["high"]
    assert row["interaction"] == pytest.approx(0.505)


def test_a_batch_that_is_not_finished_is_analysed_as_far_as_it_goes():
    table, experiment = made(GRID, lambda x, run: 0.5 * x[:, 0] * x[:, 1] + 0.01 * run, runs=8)
    last = (table["us_tariff"] == 0.6) & (table["us_culture_war"] == 1)
    some = table[~last | (table["run"] < 4)]
    found = analyse(some, experiment, "cohesion_index")
    assert "Of 72 runs 68 are there: what follows is of these." in found.findings
    assert found.tables["interactions"]["interaction"].tolist() == pytest.approx([0.5])
    without = analyse(table[~last], experiment, "cohesion_index")
    assert without.tables["interactions"].empty
    assert not any("are there" in said for said in analyse(table, experiment, "cohesion_index").findings)


def test_where_all_runs_end_alike_nothing_is_said_of_how_many_are_enough():
    table, experiment = made(GRID, lambda x, run: np.zeros(len(x)), runs=16)
    assert "At each point all runs end alike" in analyse(table, experiment, "splinters").findings[-1]


def test_intervals_of_a_sweep_are_over_run_numbers():
    """The same ten runs at nine points are ten draws, not ninety."""
    draws = np.random.default_rng(3).normal(size=10)
    table, experiment = made(GRID, lambda x, run: draws[run], runs=10)
    row = main_effects(table, experiment, "cohesion_index").iloc[0]
    assert (row["high"] - row["low"]) / 2 == pytest.approx(1.96 * draws.std(ddof=1) / np.sqrt(10), rel=1e-3)


def test_widths_follow_the_square_root_and_shared_numbers_help():
    chance = np.random.default_rng(4).random(400)
    table, _ = made("[sweep]\nus_tariff = [0, 0.6]", lambda x, run: (chance[run] < 0.4 + 0.1 * x[:, 0]) * 1.0, runs=400)
    found = enough_runs(table, "splinters").set_index("runs")
    share = (chance < 0.5).mean()
    assert found.loc[64, "half"] == pytest.approx(1.96 * np.sqrt(share * (1 - share) / 64), rel=0.02)
    assert found.loc[64, "half_difference"] < 0.6 * found.loc[64, "half_unpaired"]


@given(st.lists(st.sampled_from(OUTCOMES), min_size=9 * 3, max_size=9 * 3), st.randoms())
def test_shares_of_outcomes_sum_to_one_and_order_of_rows_does_not_matter(ends, random):
    table, experiment = made(GRID, lambda x, run: 0 * run, runs=3)
    table["outcome"] = ends
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order]
    total = 0.0
    for outcome in OUTCOMES:
        points = by_point(table, experiment, outcome)
        total = total + points["value"]
        assert points["value"].between(points["low"], points["high"]).all()
        pd.testing.assert_frame_equal(by_point(shuffled, experiment, outcome), points)
        pd.testing.assert_frame_equal(
            phase(shuffled, experiment, outcome), phase(table, experiment, outcome), check_exact=False
        )
    np.testing.assert_allclose(total, 1)


# --- as a whole -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tables", "figures"),
    [
        (GRID, {"phase", "interactions", "effects"}, {"phase", "effects", "runs_needed"}),
        (sample("sobol", 64), {"sobol", "effects"}, {"sobol", "effects", "runs_needed"}),
        (sample("morris", 8), {"morris"}, {"morris", "effects"}),
        (sample("latin-hypercube", 400), {"effects"}, {"discovery"}),
        ("", {"points", "runs_needed"}, {"runs_needed"}),
    ],
)
def test_an_analysis_writes_what_its_experiment_calls_for(tmp_path, text, tables, figures):
    def values(x, run):
        return (x[:, 0] > 0.5) * 0.6 + 0.1 * (run % 3) if x.size else 0.1 * (run % 3)

    table, experiment = made(text, values, runs=8, outcome="splinters")
    found = analyse(table, experiment)
    write(found, tmp_path / "analysis")
    names = {path.name for path in (tmp_path / "analysis").iterdir()}
    assert {f"{name}.csv" for name in tables} <= names
    assert {f"{name}.{kind}" for name in figures for kind in ("png", "svg")} <= names
    assert {"analysis.json", "analysis.md"} <= names
    assert all(finding.endswith(".") and "nan" not in finding for finding in found.findings)
    for name in tables:
        assert len(pd.read_csv(tmp_path / "analysis" / f"{name}.csv")) == len(found.tables[name])


@pytest.mark.parametrize("draw", [study_charts.effects, study_charts.runs_needed])
@pytest.mark.parametrize("often", [0, 1, 7, 25], ids="in {} of 50 runs".format)
def test_ticks_of_shares_are_at_whole_per_cent(draw, often):
    table, experiment = made(GRID, lambda x, run: (run < often) * 1.0, runs=50, outcome="splinters")
    whole_per_cent(draw(analyse(table, experiment)).axes[0].yaxis)


def test_ticks_of_a_rare_box_are_at_whole_per_cent():
    def rare(x, run):
        return (x[:, 0] > 0.6) * (run % 8 == 0) * 1.0

    table, experiment = made(sample("latin-hypercube", 400), rare, runs=8, outcome="splinters")
    found = analyse(table, experiment)
    right = study_charts.box(found, "status-quo", found.discoveries["status-quo"]).axes[1]
    whole_per_cent(right.xaxis)
    whole_per_cent(right.yaxis)


def whole_per_cent(axis):
    axis.figure.draw_without_rendering()
    low, high = axis.get_view_interval()
    ticks = {at: label.get_text() for at, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
             if low <= at <= high}  # fmt: skip
    assert len(ticks) > 2
    assert [float(text.split()[0]) for text in ticks.values()] == pytest.approx([100 * at for at in ticks])


@pytest.mark.parametrize("draw", [study_charts.effects, study_charts.runs_needed, study_charts.phase_diagram])
def test_long_names_reach_neither_each_other_nor_the_edge(draw):
    levers = "us_concession_territory+us_concession_nato+us_concession_sanctions"
    text = f'[sweep]\n"delay@{levers}" = [0, 12]\nconcession_confidence = [0, 0.8]'
    table, experiment = made(text, lambda x, run: (run < 9 + 9 * x[:, 0]) * 1.0, runs=20, outcome="european_pillar")
    figure = draw(analyse(table, experiment))
    figure.draw_without_rendering()
    axes = figure.axes
    labels = [label for a in axes for label in (a.xaxis.label, a.yaxis.label) if label.get_text()]
    boxes = [label.get_window_extent() for label in (*labels, *figure.texts)]
    for box in boxes:
        assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert 0 <= box.y0 < box.y1 <= figure.bbox.y1
    assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))


def test_findings_say_what_was_planted():
    table, experiment = made(sample("latin-hypercube", 400), lambda x, run: (x[:, 0] > 0.5) * 1.0, outcome="splinters")
    told = " ".join(analyse(table, experiment).findings)
    assert "the largest range has us_tariff (100 points)" in told
    assert re.search(r"where us_tariff is at least 0\.(29|3)", told)
