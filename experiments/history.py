"""Hold the model against history and write the pages: ``python -m experiments.history [--results DIR]``.

Forecasts from every origin go to ``backtest`` here, which the dashboard shows, and what the parameter sets that come
with the package say to ``calibration``. The sets themselves are made by ``cohesion calibrate``, before this.
"""

import argparse
import shutil
import time
from pathlib import Path

from cohesion.posterior import FOLDER
from cohesion.printing import progress
from cohesion.studies.backtest import HEADLINE, Backtest, backtest, read, write
from cohesion.studies.history import LAST, ORIGINS
from cohesion_viz import echarts, history_charts
from cohesion_viz.charts import save
from cohesion_viz.numbers import history, signed
from cohesion_viz.style import METHOD_NAMES

HERE = Path(__file__).resolve().parent
#: Origins whose members get a figure on the page: the shock of 2022 ahead, and the years to come.
SHOWN = (2021, LAST)


def main() -> None:
    """Simulate, write tables and figures, write the pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("results"), help="where the whole back-test is kept")
    asked = parser.parse_args()
    began = time.monotonic()
    with progress(len(ORIGINS), "origins") as report:
        found = backtest(report=report)
    folder = write(
        found, asked.results / "backtest", "python -m experiments.history", round(time.monotonic() - began, 1)
    )
    backtest_page(folder)
    calibration_page()


def backtest_page(folder: Path) -> None:
    """Copy a back-test's tables and figures, and write its page."""
    found, manifest = read(folder)
    place = emptied("backtest")
    for path in folder.iterdir():
        if path.suffix != ".svg":
            shutil.copyfile(path, place / path.name)
    for origin in SHOWN:
        save(history_charts.members(found, origin), place / f"members-{origin}")
        (place / f"members-{origin}.svg").unlink()
    origins = tuple(sorted(map(int, set(found.scored["origin"]))))
    lines = [
        "# Back-test: members' spending forecast from a year", "",
        f"Spending of {len(set(found.scored['iso3']))} members, forecast from each year of {origins[0]} to "
        f"{origins[-1]} up to three years ahead, with {found.runs} runs of the parameter sets that history to that "
        "year supports. Events of the years ahead are known, their figures are not. Beside the model: spending stays "
        "as it is (persistence), each member's linear trend, everyone below 2 % reaches it by 2024 in equal steps "
        "(pledge), and a pooled panel regression. Errors are in points of GDP.", "",
    ]  # fmt: skip
    for title, of in ((f"All origins, {origins[0]} to {origins[-1]}", origins),
                      (f"Origins {HEADLINE[0]} to {HEADLINE[-1]}", HEADLINE)):  # fmt: skip
        lines += [f"## {title}", "", *scores(found, of), ""]
    lines += ["![Error by years ahead](scores.png)", "", "## Who rises more", "", *rises(found), "",
              "## Views of the United States", "", *views(found), "", "![Moves of views](views.png)", "",
              "## Members", "", *(f"![Members, forecast from {origin}](members-{origin}.png)\n" for origin in SHOWN),
              "## Run it again", "", "```", "python -m experiments.history", "```", "",
              f"{manifest['seconds']:,.0f} s; cohesion {manifest['versions']['cohesion-alliance']}, NumPy "
              f"{manifest['versions']['numpy']}, seed {manifest['seed']}. `cohesion backtest` alone gives the scores. "
              "Tables: [forecast](forecast.csv), [baselines](baselines.csv), [goodwill](goodwill.csv); "
              "[scores](scores.json); [manifest](manifest.json) with the digests of tables and code."]  # fmt: skip
    publish(place, lines)


def scores(found: Backtest, origins: tuple[int, ...]) -> list[str]:
    """Errors by years ahead as a table, and a line on the best baseline and the bands."""
    said, by = found.scores(origins), history.score_table(found, origins)
    rows = [
        [
            str(ahead),
            *(f"{row[key]:.3f}" for key in METHOD_NAMES),
            f"{100 * row['coverage']:.0f} %",
            f"{row['cells']:.0f}",
        ]
        for ahead, row in by.iterrows()
    ]
    rows.append(["2 and 3", *(f"{said['horizons_2_and_3'][key]:.3f}" for key in METHOD_NAMES), "", ""])
    heads = ["years ahead", *(name.lower() for name in METHOD_NAMES.values()), "in 90 % band", "figures"]
    best = METHOD_NAMES[said["best_baseline"]].lower()
    line = (
        f"Two and three years ahead the model has {said['ratio_to_best']:.2f} of the error of the best baseline "
        f"({best}); {100 * said['coverage']:.0f} % of figures lie in its 90 % band."
    )
    return [*table(heads, rows), "", line]


def rises(found: Backtest) -> list[str]:
    """Rank correlation of forecast with actual rises, by origin."""
    rows = [
        [f"{origin} to {row['year']:.0f}", signed(row["rank_correlation"]), signed(row["mean_forecast"]),
         signed(row["mean_actual"]), f"{row['members']:.0f}"]
        for origin, row in history.rises(found).iterrows()
    ]  # fmt: skip
    return table(["years", "rank correlation", "mean rise forecast", "mean rise in fact", "members"], rows)


def views(found: Backtest) -> list[str]:
    """Signs and ranks of moves of views of the US, by year."""
    rows = [
        [str(year), f"{row['right']:.0f} of {row['pairs']:.0f}", signed(row["rank_correlation"]),
         f"{row['observed']:.2f}", f"{row['simulated']:.2f}"]
        for year, row in history.move_table(found).iterrows()
    ]  # fmt: skip
    lines = table(["year", "sign right", "rank correlation", "spread observed", "spread simulated"], rows)
    lines += ["", "Moves since each member's last survey, log-odds; spread: standard deviation over members."]
    if history.alike(found):
        lines[-1] += (" Within a year the model moves members almost alike: its ranks tell the years apart, not the "
                      "members.")  # fmt: skip
    return lines


def calibration_page() -> None:
    """What the parameter sets of every origin say: figures, tables and a page."""
    place = emptied("calibration")
    lines = [
        "# Calibration: what history says of the parameters", "",
        f"{len(history.fitted(LAST))} parameters are fitted to members' spending and to their publics' views of the "
        "United States up to an origin, by approximate Bayesian computation (`cohesion calibrate`); all others keep "
        "their ranges. Where the kept sets differ from draws of the prior by no more than chance would show at the "
        "1 % level (Kolmogorov-Smirnov), history is taken to say nothing. The fit itself moves sets somewhat, so a "
        "short distance is weak evidence.", "",
    ]  # fmt: skip
    rows = []
    for origin in ORIGINS:
        fitted, statistics, recipe = history.fitted(origin), history.statistics(origin), history.recipe(origin)
        held = [f"{part['inside'].sum()} of {len(part)}" for _, part in statistics.groupby("kind", sort=False)]
        rows.append([str(origin), f"{recipe['candidates']:,}", f"{recipe['sets']}", *held, f"{fitted['silent'].sum()}"])
    heads = ["origin", "candidates", "sets kept", "spending figures in the 90 % band", "views in it", "says nothing of"]
    lines += table(heads, rows)
    for origin in ORIGINS:
        for name, figure in (("posterior", history_charts.posterior(origin)),
                             ("statistics", history_charts.statistics(origin))):  # fmt: skip
            save(figure, place / f"{name}-{origin}")
            (place / f"{name}-{origin}.svg").unlink()
        history.fitted(origin).drop(columns=["meaning"]).to_csv(
            place / f"parameters-{origin}.csv", float_format="%.4g", lineterminator="\n"
        )
        lines += ["", f"## Origin {origin}", "", echarts.describe_fitted(history.fitted(origin)), "",
                  echarts.describe_statistics(history.statistics(origin)), "",
                  f"![Parameters, history to {origin}](posterior-{origin}.png)", "",
                  f"![Statistics, history to {origin}](statistics-{origin}.png)", "",
                  f"Table: [parameters-{origin}.csv](parameters-{origin}.csv)."]  # fmt: skip
    shown = FOLDER.relative_to(HERE.parent).as_posix()
    lines += ["", "## Run it again", "", "```",
              *(f"cohesion calibrate --origin {origin} --out {shown}" for origin in ORIGINS),
              "python -m experiments.history", "```"]  # fmt: skip
    publish(place, lines)


def emptied(name: str) -> Path:
    """A folder here, without the figures and tables of before."""
    place = HERE / name
    place.mkdir(exist_ok=True)
    for ending in ("csv", "json", "png"):
        for old in place.glob(f"*.{ending}"):
            old.unlink()
    return place


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    """A table in Markdown; numbers to the right."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def publish(place: Path, lines: list[str]) -> None:
    """Write a page, with the notes beside it where there are some."""
    notes = place / "notes.md"
    if notes.exists():
        lines += ["", "## What it means, and what it does not say", "", notes.read_text(encoding="utf-8").strip()]
    (place / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"experiments/{place.name}/README.md")


if __name__ == "__main__":
    main()
