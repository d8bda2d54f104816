"""The command for a report: report."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cohesion.cli_options import (
    Asked,
    LeverChanges,
    Months,
    ParameterChanges,
    Runs,
    Seed,
    Uncertain,
    Without,
    aligned,
)
from cohesion.printing import progress, say
from cohesion.uncertainty import DEFAULT

if TYPE_CHECKING:
    from cohesion.scenario import Scenario
    from cohesion_viz.report.parts import Report

#: Baseline where none is named.
STATUS_QUO = "status-quo"

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    epilog="""\b
Examples:
  cohesion report splitting-the-alliance -o report.html
  cohesion report trade-war --baseline burden-demand --runs 1024 -o report.html --pdf --slides
  cohesion report results/trade-war -o report.html"""
)
def report(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|DIR", help="Scenario, or a folder that cohesion ensemble --out or cohesion batch wrote."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.html", help="File to write.")],
    pdf: Annotated[bool, typer.Option("--pdf", help="Write FILE.pdf too, printed by Chromium.")] = False,
    slides: Annotated[bool, typer.Option("--slides", help="Write FILE-slides.html too, one effect a slide.")] = False,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="OTHER", help=f"Compare with this scenario; {STATUS_QUO} by default."),
    ] = None,
    runs: Runs = 512,
    seed: Seed = 0,
    months: Months = None,
    uncertainty: Uncertain = DEFAULT,
    lever: LeverChanges = None,
    param: ParameterChanges = None,
    without: Without = None,
) -> None:
    """Write a report as one HTML file.

    Verdict, figures, causes, what it depends on, and how to make it again. Of a folder, the runs are those it
    holds, so that options for runs have no place.
    """
    from cohesion.scenario import scenario_names

    files = _targets(out, pdf, slides)
    if what not in scenario_names() and Path(what).is_dir():
        _refuse_options(context)
        made = _of_folder(Path(what))
    else:
        asked = Asked.of(seed, uncertainty, lever, param, without, months, runs)
        made = _of_scenario(asked, asked.scenario(what), baseline)
    _write(made, files)
    for file in files.values():
        say(f"Written to {file}")


def _targets(out: Path, pdf: bool, slides: bool) -> dict[str, Path]:
    """Files to write, by kind, once it is clear that they can be."""
    from cohesion.scenario import ConfigError

    if out.suffix.lower() not in (".html", ".htm"):
        raise ConfigError(f"--out: found {str(out)!r}; allowed: a name that ends in .html")
    files = {"html": out}
    if pdf:
        files["pdf"] = out.with_suffix(".pdf")
    if slides:
        files["slides"] = out.with_name(f"{out.stem}-slides{out.suffix}")
    for file in files.values():
        if file.exists() or file.is_symlink():
            raise ConfigError(f"--out: {file} exists and is left alone; name another file")
    if not out.parent.is_dir():
        raise ConfigError(f"--out: {out.parent} is no folder; name a file in a folder that exists")
    try:
        from cohesion_viz.report import ensemble, page  # noqa: F401  (what is missing shows before the work)
        from cohesion_viz.report.pdf import PrintError, browser
    except ModuleNotFoundError as error:
        raise ConfigError(f"a report needs {error.name}: pip install 'cohesion-alliance[viz]'") from None
    if pdf:
        try:
            browser()
        except PrintError as error:
            raise ConfigError(f"--pdf: {error}") from None
    return files


def _refuse_options(context: typer.Context) -> None:
    """Options that make runs, with a folder that holds its own."""
    from cohesion.scenario import ConfigError

    for option in context.command.params:
        name = option.name or ""
        if name in ("what", "out", "pdf", "slides"):
            continue
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise ConfigError(f"--{name}: has no place with a folder, whose runs are made; allowed: --pdf, --slides")


def _of_scenario(asked: Asked, chosen: "Scenario", baseline: str | None) -> "Report":
    from cohesion_viz.report import ensemble, material

    other = _baseline(asked, chosen, baseline)
    how = material.Made(asked.runs, asked.seed, asked.uncertainty, asked.without)
    with progress(material.work(chosen, other, how), chosen.name) as done:
        found = material.simulated(chosen, other, how, done)
    return ensemble.report(found)


def _baseline(asked: Asked, chosen: "Scenario", name: str | None) -> "Scenario | None":
    """What the scenario is compared with: the one named, or the status quo where that says something."""
    from cohesion.scenario import load_scenario

    if name is not None:
        return aligned(asked.scenario(name, levers=False), chosen)
    if load_scenario(STATUS_QUO).start != chosen.start:
        return None
    other = asked.scenario(STATUS_QUO, levers=False).with_changes(months=chosen.months)
    same = {key: value for key, value in chosen.to_dict().items() if key in ("levers", "events", "parameters")}
    return None if same.items() <= other.to_dict().items() else other


def _of_folder(folder: Path) -> "Report":
    from cohesion.results import read_results
    from cohesion_viz.report import batch, ensemble, material

    if (folder / "plan.json").is_file():
        return batch.report(folder)
    results = read_results(folder)
    with progress(material.work(*material.asked(results)), folder.name) as done:
        found = material.read(results, folder, done)
    return ensemble.report(found)


def _write(made: "Report", files: dict[str, Path]) -> None:
    """Write all files, or none."""
    import os
    import tempfile

    from cohesion.scenario import ConfigError
    from cohesion_viz.report.page import report_html, slides_html
    from cohesion_viz.report.pdf import PrintError, printed

    out = files["html"]
    try:
        with tempfile.TemporaryDirectory(prefix=".cohesion-", dir=out.parent) as place:
            fresh = {kind: Path(place).resolve() / f"{kind}{file.suffix}" for kind, file in files.items()}
            fresh["html"].write_text(report_html(made), encoding="utf-8", newline="\n")
            if "slides" in files:
                fresh["slides"].write_text(slides_html(made), encoding="utf-8", newline="\n")
            if "pdf" in files:
                printed(fresh["html"], fresh["pdf"])
            put: list[Path] = []
            try:
                for kind, file in files.items():
                    os.rename(fresh[kind], file)
                    put.append(file)
            except OSError:
                for file in put:
                    with suppress(OSError):
                        file.unlink()
                raise
    except PrintError as error:
        raise ConfigError(f"--pdf: {error}") from None
    except OSError as error:
        raise ConfigError(f"--out: {out} cannot be written ({error.strerror or error})") from None
