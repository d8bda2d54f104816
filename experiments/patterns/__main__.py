"""Measure the ten patterns and write what was found: ``python -m experiments.patterns [--runs 256] [--seed 0]``.

Writes here a page, a figure a pattern, ``patterns.csv`` (a row a pattern) and ``measures.csv`` (a row a measure), and
the table between the marks in ``docs/odd.md``. Each run has a parameter set of its own, drawn from the posterior; the
same is measured on draws from the ranges, since the posterior was fitted to history that some patterns are about.
"""

import argparse
from functools import cache
from io import BytesIO
from pathlib import Path

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

from cohesion.studies.pattern_numbers import STRONGLY, WEAKLY, Found
from cohesion.studies.patterns import PATTERNS, Pattern, ensemble
from cohesion.uncertainty import DEFAULT, DRAWN_FROM, Uncertainty
from cohesion_viz.charts import STYLE
from cohesion_viz.numbers import first_capital
from cohesion_viz.pattern_charts import figure

HERE = Path(__file__).resolve().parent
ODD = HERE.parents[1] / "docs" / "odd.md"
MARKS = ("<!-- patterns: written by python -m experiments.patterns -->", "<!-- /patterns -->")
#: What a reader of the share must know, by name of pattern.
ASIDES = {
    "spending_rises": "The posterior was fitted to these figures, and the forms of threat and of burden sharing were "
    "chosen with them in view: no independent test.",
    "rise_by_exposure": "The posterior was fitted to these figures.",
    "west_last_and_least": "The posterior was fitted to these figures.",
    "trust_follows_the_administration": "The asymmetry is one of amount in equal time, not of the time that half "
    "of the way takes. The posterior was fitted to Pew's figures. They are of favourable views, which are not trust.",
    "claim_by_nearness": "Denmark strongly; its neighbours lose little more than the others.",
    "free_riding": "The sign follows from the range of the elasticity. The size is small, and after two years next to "
    "nothing.",
    "coercion": "Nearly built in: fear of abandonment raises spending. Where fiscal stress is strong the sign turns.",
    "obstruction": "Follows from one party position, that of Hungary's government.",
}


def main() -> None:
    """Measure, draw and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    results = measured(asked.runs, asked.seed, DEFAULT)
    of_ranges = {pattern.name: found.share for pattern, found in measured(asked.runs, asked.seed, "prior")}
    source = f"{asked.runs} runs, seed {asked.seed}, {DRAWN_FROM[DEFAULT]}"
    tables(results, of_ranges)
    for old in HERE.glob("*.png"):
        old.unlink()
    for pattern, found in results:
        save(figure(pattern, found, source), HERE / image(pattern))
        shares = f"{100 * found.share:3.0f} %  (ranges {100 * of_ranges[pattern.name]:3.0f} %)"
        print(f"{pattern.number:2} {pattern.name:34} {shares}  {found.strength}")
    (HERE / "README.md").write_text(page(results, of_ranges, source, asked), encoding="utf-8")
    before, rest = ODD.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    ODD.write_text(f"{before}{MARKS[0]}\n{short(results, of_ranges, source)}\n{MARKS[1]}{after}", encoding="utf-8")


def measured(runs: int, seed: int, uncertainty: Uncertainty) -> list[tuple[Pattern, Found]]:
    """What each pattern's function finds, each ensemble simulated once."""
    data = cache(lambda name: ensemble(name, runs, seed, uncertainty))
    return [(pattern, pattern.find(*map(data, pattern.ensembles))) for pattern in PATTERNS]


def save(drawn: Figure, path: Path) -> None:
    """Write a figure as a small picture: 64 colours are enough for bands and letters."""
    stream = BytesIO()
    with rc_context(STYLE):
        drawn.savefig(stream, dpi=90, facecolor="white")
    Image.open(stream).convert("RGB").quantize(64).save(path, optimize=True)


def tables(results: list[tuple[Pattern, Found]], of_ranges: dict[str, float]) -> None:
    """``patterns.csv`` and ``measures.csv``."""
    rows, measures = [], []
    for pattern, found in results:
        share = (found.share, *found.interval(), found.strength, of_ranges[pattern.name])
        rows.append((pattern.number, pattern.name, found.shown.size, *share))
        for name, measure in found.measures.items():
            measures.append((pattern.name, name, measure.text, *measure.quantiles(), measure.data, measure.source))
    columns = ["number", "pattern", "runs", "share", "low", "high", "strength", "share_of_ranges"]
    pd.DataFrame(rows, columns=columns).to_csv(HERE / "patterns.csv", index=False, float_format="%.4g")
    columns = ["pattern", "measure", "text", "p05", "p50", "p95", "data", "source"]
    pd.DataFrame(measures, columns=columns).to_csv(HERE / "measures.csv", index=False, float_format="%.4g")


def page(
    results: list[tuple[Pattern, Found]], of_ranges: dict[str, float], source: str, asked: argparse.Namespace
) -> str:
    """Text of the page."""
    lines = [
        "# The ten patterns",
        "",
        f"What the model must reproduce, measured run by run: {source}. Each run has a parameter set of its own, so "
        "the share of runs that show a pattern is the share of the posterior, under drawn shocks. Its 95 % interval "
        f"is Wilson's. *Strongly*: {100 * STRONGLY:.0f} % of runs or more; *weakly*: {100 * WEAKLY:.0f} % or more. "
        "Brackets hold the 5 and the 95 % quantile over runs. *Ranges*: the same share where parameters are drawn from "
        "their ranges and nothing is fitted. The strength is judged under the posterior.",
        "",
        "| | pattern | measured: median [5 %, 95 %]; published | share of runs | ranges | shown |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for pattern, found in results:
        low, high = found.interval()
        share = f"{100 * found.share:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"
        written = ". ".join(first_capital(measure.written()) for measure in found.measures.values())
        ranges = f"{100 * of_ranges[pattern.name]:.0f} %"
        lines.append(f"| {pattern.number} | {pattern.says} | {written} | {share} | {ranges} | {found.strength} |")
    for pattern, _ in results:
        lines += ["", f"## {pattern.number}. {pattern.says}", "", f"A run shows it when: {lower(pattern.rule)}.", ""]
        lines += [ASIDES[pattern.name], ""] if pattern.name in ASIDES else []
        lines += [f"![{pattern.says}]({image(pattern)})"]
    command = f"python -m experiments.patterns --runs {asked.runs} --seed {asked.seed}"
    lines += ["", "## Run it again", "", f"`{command}`. Tables: [patterns](patterns.csv), [measures](measures.csv)."]
    return "\n".join(lines) + "\n"


def short(results: list[tuple[Pattern, Found]], of_ranges: dict[str, float], source: str) -> str:
    """The table of the protocol."""
    lines = [f"Measured on {source}.", "", "| | pattern | a run shows it when | posterior | ranges | shown |",
             "| --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for pattern, found in results:
        shares = f"{100 * found.share:.0f} % | {100 * of_ranges[pattern.name]:.0f} %"
        lines.append(f"| {pattern.number} | {pattern.says} | {lower(pattern.rule)} | {shares} | {found.strength} |")
    return "\n".join(lines)


def image(pattern: Pattern) -> str:
    """File of a pattern's figure."""
    return f"{pattern.number:02}-{pattern.name.replace('_', '-')}.png"


def lower(text: str) -> str:
    """The text without its first capital, which a name of a country keeps."""
    return text if text.startswith("Hungary") else text[:1].lower() + text[1:]


if __name__ == "__main__":
    main()
