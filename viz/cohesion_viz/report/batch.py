"""The report on a batch: what `cohesion.studies.analysis` found, in words, figures and tables."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cohesion.checks import ConfigError
from cohesion.printing import CAVEAT
from cohesion.studies.analysis import Analysis, analyse
from cohesion.studies.experiment import Experiment, experiment_names, load_experiment
from cohesion.studies.reading import OpenResults, open_results
from cohesion_viz import study_charts
from cohesion_viz.echarts.parts import listed
from cohesion_viz.report import sensitivity, sources
from cohesion_viz.report.drawing import WIDTH, svg
from cohesion_viz.report.material import told
from cohesion_viz.report.parts import Block, Listing, Paragraph, Picture, Points, Report, Section, Slide, Table, table

#: Most rows of a table.
MOST = 20
#: How much narrower a figure of many panels may be drawn than for a page of its own, so that its letters are larger.
NARROWER = 0.85
METHODS = {
    "none": "only the scenarios differ",
    "sweep": "a full factorial sweep",
    "points": "a list of points",
    "latin-hypercube": "a Latin hypercube sample",
    "sobol": "a Sobol' sample (Saltelli's scheme)",
    "morris": "trajectories after Morris",
    "file": "a file of sets",
}


def report(folder: Path) -> Report:
    """The whole report on the folder of a batch.

    Raises
    ------
    ResultsError
        Where it cannot be read.
    ConfigError
        Where points of a sensitivity design are missing, or a library.
    """
    opened = open_results(folder)
    experiment = opened.experiment
    analysis = analyse(opened.outcomes, experiment)
    finished = "digests" in opened.manifest
    pictures = _pictures(analysis)
    verdict = f"{experiment.question} {analysis.findings[0]}".strip()
    if not finished:
        verdict += " This batch is not finished: the report is on what there is so far."
    shown: list[Section] = [_method(experiment), Section("found", "What came out", (Points(tuple(analysis.findings)),))]
    for picture in pictures:
        shown.append(Section(picture.key, TITLES[_kind(picture.key)], (picture, *_tables(analysis, picture.key))))
    shown += [Section("depends", "What the outcome depends on elsewhere", sensitivity.study(""))]
    shown += _assumptions(experiment)
    shown += [_provenance(opened), _reproduce(opened, folder)]
    if opened.bibtex:
        shown.append(sources.citing(opened.bibtex))
    slides = [Slide("What came out", Points(tuple(analysis.findings[:4])))]
    slides += [Slide(_headline(analysis, p.key), p, p.text) for p in pictures]
    source = f"{len(opened.outcomes):,} runs of {experiment.name}, seed {experiment.seed}"
    return Report(experiment.title, verdict, (), tuple(shown), tuple(slides), f"{source}. {CAVEAT}")


def _method(e: Experiment) -> Section:
    named = listed([f"{s.title} ({s.name})" for s in e.scenarios])
    spans = [
        f"at {', '.join(f'{level:g}' for level in e.levels[k])}"
        if e.method == "sweep"
        else f"from {f.low:g} to {f.high:g}"
        for k, f in enumerate(e.factors[:MOST])
    ]
    factors = [f"{f.name} {span}" for f, span in zip(e.factors, spans, strict=False)]
    more = f" and {len(e.factors) - MOST} more" if len(e.factors) > MOST else ""
    varied = f" What varies: {'; '.join(factors)}{more}." if factors else ""
    text = (
        f"{sources.MODEL} This experiment is {METHODS[e.method]} over {named}, {e.runs} runs a point, seed {e.seed}, "
        f"the same random numbers at every point.{varied} {sources.how_drawn(e.uncertainty)} {sources.INTERVALS}"
    )
    return Section("method", "Method", (Paragraph(text),))


# --- figures and tables -----------------------------------------------------------------------------------------------

TITLES = {
    "phase": "Two factors together",
    "effects": "Main effects",
    "sobol": "Which assumptions matter: Sobol' indices",
    "morris": "Which assumptions matter: screening",
    "discovery": "Where it happens",
    "runs_needed": "Whether the runs are enough",
}


def _kind(key: str) -> str:
    return "discovery" if key.startswith("discovery") else key


def _pictures(analysis: Analysis) -> list[Picture]:
    found = []
    for key, figure in study_charts.figures(analysis).items():
        foot = figure.texts[-1].get_text().split(f" {analysis.experiment.runs} runs a point")[0]
        for drawn_text in list(figure.texts):  # the page has the title and the source
            drawn_text.remove()
        width, height = figure.get_size_inches()
        shrink = max(WIDTH / width, NARROWER)
        figure.set_size_inches(width * shrink, height * shrink)
        figure.get_layout_engine().set(rect=(0, 0, 1, 1))  # type: ignore[call-arg, union-attr]
        text = _TEXTS[_kind(key)](analysis)
        found.append(Picture(key, foot, text, svg(figure, key, text)))
    return found


def _of_phase(analysis: Analysis) -> str:
    one, two = analysis.experiment.factors[:2]
    parts = []
    for scenario, part in analysis.tables["phase"].groupby("scenario", sort=False):
        ends = [part.iloc[int(at)] for at in (part["value"].argmin(), part["value"].argmax())]
        told = [f"{analysis.level(r['value'])} at {one.name} {r['x']:g} and {two.name} {r['y']:g}" for r in ends]
        parts.append(f"In {scenario}, the {analysis.measure} goes from {told[0]} to {told[1]}.")
    return " ".join(parts)


def _of_effects(analysis: Analysis) -> str:
    rows = analysis.tables["effect_sizes"].sort_values("range", ascending=False).head(3).to_dict("records")
    told = [
        f"{row['factor']} by {analysis.distance(row['range'])}, lowest at {row['lowest_at']:.3g} and highest at "
        f"{row['highest_at']:.3g}" for row in rows
    ]  # fmt: skip
    return (
        f"Mean {analysis.measure.removeprefix('mean ')} by level of each factor. The largest ranges: {'; '.join(told)}."
    )


def _of_sobol(analysis: Analysis) -> str:
    rows = analysis.tables["sobol"].head(5).to_dict("records")
    told = [f"{row['factor']} {row['total']:.2f} ({row['first']:.2f} alone)" for row in rows]
    return f"Total-order Sobol' indices of the {analysis.measure}, the largest: {listed(told)}."


def _of_morris(analysis: Analysis) -> str:
    rows = analysis.tables["morris"].head(5).to_dict("records")
    told = [f"{row['factor']} {row['mu_star']:.3f}" for row in rows]
    return f"Mean absolute effects on the {analysis.measure}, the largest: {listed(told)}."


def _of_discovery(analysis: Analysis) -> str:
    found = [finding for finding in analysis.findings if finding.startswith("Runs end as")]
    return " ".join(found) or "The box of conditions under which the outcome happens."


def _of_runs(analysis: Analysis) -> str:
    return analysis.findings[-1]


_TEXTS: dict[str, Callable[[Analysis], str]] = {
    "phase": _of_phase, "effects": _of_effects, "sobol": _of_sobol, "morris": _of_morris,
    "discovery": _of_discovery, "runs_needed": _of_runs,
}  # fmt: skip


def _headline(analysis: Analysis, key: str) -> str:
    """The finding of a figure, for its slide."""
    t = analysis.tables
    if key == "phase":
        low, high = (analysis.level(v) for v in (t["phase"]["value"].min(), t["phase"]["value"].max()))
        return f"Over both factors, the {analysis.measure} goes from {low} to {high}"
    if key == "effects":
        row = t["effect_sizes"].iloc[int(t["effect_sizes"]["range"].argmax())]
        return f"{row['factor']} moves it most: by {analysis.distance(row['range'])} between its levels"
    if key == "sobol":
        row = t["sobol"].iloc[int(t["sobol"]["total"].argmax())]
        return f"{row['factor']} has a part in {100 * row['total']:.0f} % of the variance"
    if key == "morris":
        return f"{t['morris']['factor'].iloc[int(t['morris']['mu_star'].argmax())]} has the largest effect"
    return TITLES[_kind(key)]


def _tables(analysis: Analysis, key: str) -> tuple[Table, ...]:
    """Tables that go with a figure."""
    t = analysis.tables
    if key == "phase":
        return tuple(
            _phase_table(analysis, str(name), part) for name, part in t["phase"].groupby("scenario", sort=False)
        )
    if key == "effects":
        columns = ("factor", "scenario", ">range", ">lowest at", ">highest at")
        rows = [
            (
                r["factor"],
                r["scenario"],
                analysis.distance(r["range"]),
                f"{r['lowest_at']:.3g}",
                f"{r['highest_at']:.3g}",
            )
            for r in t["effect_sizes"].head(MOST).to_dict("records")
        ]
        return (table(f"Range of the {analysis.measure} between levels of a factor.", columns, rows),)
    if key in ("sobol", "morris"):
        return (_plain(t[key].head(MOST), "The same in numbers; half is half the width of the 95 % interval."),)
    if key.startswith("discovery"):
        name = key.removeprefix("discovery").removeprefix("_") or next(iter(analysis.discoveries))
        return (_plain(analysis.discoveries[name].box, "Limits of the box within each range; p is a quasi-p-value."),)
    return ()


def _phase_table(analysis: Analysis, scenario: str, part: pd.DataFrame) -> Table:
    one, two = analysis.experiment.factors[:2]
    grid = part.pivot_table(index="y", columns="x", values="value").sort_index(ascending=False)
    rows = [
        (f"{y:g}", *(analysis.level(v) for v in values)) for y, values in zip(grid.index, grid.to_numpy(), strict=True)
    ]
    columns = (f"{two.name} \\ {one.name}", *(f">{x:g}" for x in grid.columns))
    return table(f"{scenario}: {analysis.measure}.", columns, rows)


def _plain(frame: pd.DataFrame, caption: str) -> Table:
    """A table of names and numbers as it is, the factor first."""
    order = ["factor", *(c for c in frame.columns if c != "factor")]
    numbers = {c for c in order if pd.api.types.is_numeric_dtype(frame[c])}
    rows = [
        tuple(_short(row[c]) if c in numbers else str(row[c]) for c in order) for row in frame[order].to_dict("records")
    ]
    columns = [(">" if c in numbers else "") + c.replace("_", " ").replace("mu star", "μ*") for c in order]
    return table(caption, columns, rows)


def _short(value: Any) -> str:
    return "–" if not np.isfinite(value) else f"{value:.3g}".replace("-", "−")


# --- where it comes from ----------------------------------------------------------------------------------------------


def _assumptions(e: Experiment) -> list[Section]:
    """One section, or one a scenario where they fix different parameters."""
    found = [sources.assumptions(scenario.parameters, e.without, e.uncertainty) for scenario in e.scenarios]
    if all(section == found[0] for section in found):
        return found[:1]
    return [
        Section(f"{section.key}-{scenario.name}", f"{section.title}: {scenario.title.lower()}", section.blocks)
        for scenario, section in zip(e.scenarios, found, strict=True)
    ]


def _provenance(opened: OpenResults) -> Section:
    m = opened.manifest
    versions = m.get("versions", {"cohesion-alliance": m.get("version", "unknown"), "numpy": m.get("numpy", "unknown")})
    rows = {
        "Experiment": opened.experiment.name,
        "Runs": f"{len(opened.outcomes):,}",
        "Seed": f"{opened.experiment.seed}",
        "Folder": f"{opened.path}: its checksums agree",
        "Command": str(m.get("command", "")),
        **told(versions, m.get("commit"), str(m.get("written", "not finished"))),
    }
    return sources.provenance(rows)


def _reproduce(opened: OpenResults, folder: Path) -> Section:
    e = opened.experiment
    blocks: tuple[Block, ...] = ()
    if e.name in experiment_names() and _same(e):
        command = shlex.join(["cohesion", "batch", e.name, "--out", f"{e.name}-again"])
        blocks = (Paragraph("Run this command with the versions above; it prints the digests below."),
                  Listing("The command", command))  # fmt: skip
    if "digests" in opened.manifest:
        blocks = (*blocks, sources.digests(opened.manifest["digests"]))
    check = Listing("With the folder at hand: a sample of points, compared to the last bit",
                    shlex.join(["cohesion", "reproduce", str(folder)]))  # fmt: skip
    return Section("reproduce", "How to make it again", (*blocks, check))


def _same(e: Experiment) -> bool:
    """Whether it is just the shipped experiment of its name."""
    try:
        return load_experiment(e.name).to_dict() == e.to_dict()
    except ConfigError:
        return False
