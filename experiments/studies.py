"""Run the shipped experiments and write what they found: ``python -m experiments.studies [NAME...] [--results DIR]``.

Each gets a folder here with its page, figures and tables. A batch that stands finished in the results folder is taken
as it is, so a long one need not be run again for a change of words.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from cohesion import open_results
from cohesion.studies.analysis import analyse, write
from cohesion.studies.experiment import experiment_names

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run, analyse and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=[name for name in experiment_names() if name != "smoke"])
    parser.add_argument("--results", type=Path, default=Path("results"), help="where batches are kept")
    asked = parser.parse_args()
    for name in asked.names:
        folder = asked.results / name
        if not (folder / "manifest.json").exists():
            command = [sys.executable, "-m", "cohesion", "batch", name, "--out", str(folder), "--resume"]
            subprocess.run(command, check=True)
        page(name, folder)
        print(f"experiments/{name}/README.md")


def page(name: str, folder: Path) -> None:
    """Write the page of an experiment with its figures and tables."""
    opened = open_results(folder)
    about, manifest = opened.experiment, opened.manifest
    place = HERE / name
    place.mkdir(exist_ok=True)
    for old in [*place.glob("*.csv"), *place.glob("*.png"), *place.glob("*.svg")]:
        old.unlink()
    found = analyse(opened.outcomes, about)
    write(found, place)
    for made in (place / "analysis.md", place / "analysis.json", *place.glob("*.svg")):
        made.unlink()
    if len(found.tables["points"]) > 1000:  # thousands of points belong in the results, not in the project
        (place / "points.csv").unlink()
    notes = place / "notes.md"
    lines = [f"# {about.title}", "", f"*{about.question}*", "", "## What came out", ""]
    lines += [f"- {finding}" for finding in found.findings]
    figures = [figure for figure in ("phase", "discovery", "sobol", "morris", "effects", "runs_needed")
               if (place / f"{figure}.png").exists()]  # fmt: skip
    for figure in figures:
        lines += ["", f"![{about.title}: {figure.replace('_', ' ')}]({figure}.png)"]
    if notes.exists():
        lines += ["", "## What it means, and what it does not say", "", notes.read_text(encoding="utf-8").strip()]
    tables = ", ".join(f"[{path.stem}]({path.name})" for path in sorted(place.glob("*.csv")))
    lines += [
        "",
        "## Run it again",
        "",
        "```",
        f"cohesion batch {name} --out results/{name}",
        f"cohesion analyse results/{name}",
        "```",
        "",
        f"{manifest['points']:,} points, {manifest['runs']:,} runs, {manifest['seconds']:,.0f} s on two processes; "
        f"cohesion {manifest['version']}, NumPy {manifest['numpy']}, seed {about.seed}. SHA-256 of the outcomes: "
        f"`{manifest['digests']['outcomes.parquet']}`. Tables: {tables}.",
    ]
    (place / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
