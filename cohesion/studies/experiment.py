"""Experiments: what is run, read from TOML and checked once.

An experiment names scenarios and how their points are made: ``[sweep]`` (full factorial), ``[[points]]`` (a list) or
``[sample]`` (a sampling design). What varies is a `Factor`; its name is the column of the results.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Real
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import numpy as np
from pydantic import BaseModel, Field

from cohesion import outcome
from cohesion.checks import (
    MAX_MONTHS,
    STRICT,
    ConfigError,
    checked,
    clean,
    json_schema,
    lever_value,
    parameter_value,
    schema_of,
)
from cohesion.parameters import MECHANISMS, neutral_values
from cohesion.scenario import Scenario, config_folder, load_scenario, scenario_from_text, scenario_names
from cohesion.studies.factors import Factor, factor
from cohesion.studies.points import (
    MAX_POINTS,
    NUMBERS,
    Method,
    SampleFile,
    check_distinct,
    check_one_of,
    listed,
    sampled,
    swept,
)
from cohesion.toml import keys_of, read_file
from cohesion.uncertainty import DEFAULT, UNCERTAINTIES, Uncertainty
from cohesion.variables import VARIABLES

MAX_RUNS = 100_000_000
#: Variables whose bands are kept where an experiment names none.
BANDS = ("cohesion_index", "unity", "trust_in_us", "goodwill", "threat", "spending", "credibility")


@dataclass(frozen=True)
class Experiment:
    """What is run.

    Attributes
    ----------
    name, title, question
        Texts; ``name`` is that of the file without its ending.
    scenarios
        With the experiment's levers, parameters and horizon put in.
    method
        How points are made: ``"none"`` where only scenarios differ.
    factors
        What varies.
    levels
        Of a sweep or a list: values by factor, ``[point, factor]`` for a list, else one tuple a factor.
    size
        Of a sample: points (Latin hypercube), base sample (Sobol') or trajectories (Morris).
    runs, seed
        Runs for each point, the same run numbers at each: common random numbers.
    uncertainty, without
        As in `cohesion.simulate`.
    keep
        Beside outcomes: ``"bands"``, ``"trajectories"``.
    variables
        Of the bands and trajectories.
    outcome
        What the analysis looks at: an outcome, or ``"cohesion_index"``.
    """

    name: str
    title: str
    question: str
    scenarios: tuple[Scenario, ...]
    method: Method
    factors: tuple[Factor, ...]
    levels: tuple[tuple[float, ...], ...]
    size: int
    runs: int
    seed: int
    uncertainty: Uncertainty
    without: tuple[str, ...]
    keep: tuple[str, ...]
    variables: tuple[str, ...]
    outcome: str

    def to_dict(self) -> dict[str, Any]:
        """All that decides its results, ready for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "question": self.question,
            "scenarios": {s.name: s.to_toml() for s in self.scenarios},
            "method": self.method,
            "factors": {f.name: [f.low, f.high] for f in self.factors},
            "levels": [list(values) for values in self.levels],
            "size": self.size,
            "runs": self.runs,
            "seed": self.seed,
            "uncertainty": self.uncertainty,
            "without": list(self.without),
            "keep": list(self.keep),
            "variables": list(self.variables),
            "outcome": self.outcome,
        }


# --- the format -------------------------------------------------------------------------------------------------------

_Text = Annotated[str, Field(min_length=1)]
_RUNS = f"a whole number of runs for each point, 1 to {MAX_POINTS:,}"
_SCENARIOS = "a list of scenarios: names, or paths relative to the file"
_OUTCOMES = (*outcome.OUTCOMES, "cohesion_index")


class ExperimentFile(BaseModel):
    """An experiment: scenarios, what varies, and how often each point is run."""

    model_config = STRICT

    title: _Text = Field(pattern=r"^[^\r\n]+$", description="a title on one line")
    question: _Text = Field(description="a text: the question that it answers")
    scenarios: list[_Text] = Field(
        min_length=1, description="a list of scenarios: names, or paths relative to the file"
    )
    runs: int = Field(64, ge=1, le=MAX_POINTS, description=_RUNS)
    seed: int = Field(0, ge=0, lt=2**63, description="a whole number from 0")
    months: int = Field(0, ge=1, le=MAX_MONTHS, description=f"a whole number of months from 1 to {MAX_MONTHS}")
    uncertainty: str = Field(DEFAULT, description=f"one of {', '.join(UNCERTAINTIES)}")
    without: list[_Text] = Field([], description="a list of mechanisms to switch off")
    keep: list[_Text] = Field([], description='a list of what is kept beside outcomes: "bands", "trajectories"')
    variables: list[_Text] = Field([], description="a list of variables, of which bands and trajectories are kept")
    outcome: str = Field("splinters", description=f"what is analysed: one of {', '.join(_OUTCOMES)}")
    levers: dict[str, Any] = Field({}, description="a table of levers, set in every scenario")
    parameters: dict[str, Any] = Field({}, description="a table of parameters, fixed for every run")
    sweep: dict[str, Any] = Field({}, description=f"a table of factors; each is {NUMBERS}")
    points: list[dict[str, Any]] = Field([], description="a list of points, [[points]]: tables of factors and values")
    sample: SampleFile | None = Field(None, description="a table: method, size, and ranges or parameters")


def experiment_names() -> tuple[str, ...]:
    """Names of the shipped experiments."""
    return tuple(sorted(path.stem for path in (config_folder() / "experiments").glob("*.toml")))


def load_experiment(name_or_path: str | Path) -> Experiment:
    """Read and check an experiment.

    Parameters
    ----------
    name_or_path
        The name of a shipped experiment, or the path of a TOML file.

    Raises
    ------
    ConfigError
        If there is no such experiment or something in it is wrong.
    """
    raw, path = read_file(name_or_path, "experiment", config_folder() / "experiments", experiment_names())
    return experiment_of(raw, path.stem, str(path), path.parent)


def is_experiment(path: str | Path) -> bool:
    """Whether a file is meant as an experiment: it names scenarios."""
    return "scenarios" in keys_of(path)


def experiment_schema() -> dict[str, Any]:
    """JSON Schema of an experiment file, for editors."""
    schema = schema_of(ExperimentFile, "experiment")
    scenario = json_schema()
    schema["definitions"] |= scenario["definitions"]
    for key in ("levers", "parameters"):
        schema["properties"][key] = scenario["properties"][key]
    return schema


def experiment_of(raw: Mapping[str, Any], name: str, file: str, folder: Path) -> Experiment:
    """Check the content of a file; paths in it are relative to the folder."""
    found = checked(raw, file, ExperimentFile, {"sample": SampleFile})
    given = found.model_fields_set
    check_one_of(found.uncertainty, UNCERTAINTIES, file, "uncertainty")
    check_one_of(found.outcome, _OUTCOMES, file, "outcome")
    for each in found.without:
        check_one_of(each, tuple(m for m in MECHANISMS if neutral_values(m)), file, "without")
    for each in found.keep:
        check_one_of(each, ("bands", "trajectories"), file, "keep")
    with_bands = tuple(v.name for v in VARIABLES if v.span or "bands" not in found.keep)
    for each in found.variables:
        check_one_of(each, with_bands, file, "variables")
    scenarios = _scenarios(found, file, folder, found.months if "months" in given else None)
    shortest = min(s.months for s in scenarios)
    kinds = [kind for kind in ("sweep", "points", "sample") if getattr(found, kind)]
    if len(kinds) > 1:
        raise ConfigError(f"{clean(file)}, {kinds[1]}: stands beside {kinds[0]}; allowed: one of sweep, points, sample")
    method: Method = "none"
    factors: tuple[Factor, ...] = ()
    levels: tuple[tuple[float, ...], ...] = ()
    size = 0
    if found.sweep:
        method, (factors, levels) = "sweep", swept(found.sweep, shortest, file)
    elif found.points:
        method, (factors, levels) = "points", listed(found.points, shortest, file)
    elif found.sample:
        method, factors, levels, size = sampled(found.sample, shortest, file, folder)
    check_distinct(factors, file)
    experiment = Experiment(
        name, found.title, found.question, scenarios, method, factors, levels, size, found.runs, found.seed,
        cast(Uncertainty, found.uncertainty), tuple(dict.fromkeys(found.without)),
        tuple(dict.fromkeys(found.keep)), tuple(dict.fromkeys(found.variables)) or BANDS, found.outcome,
    )  # fmt: skip
    _check_size(experiment, file)
    return experiment


def experiment_from(content: Mapping[str, Any], file: str) -> Experiment:
    """The experiment of what `Experiment.to_dict` gave, as a manifest holds it.

    Raises
    ------
    ConfigError
        Where it is none.
    """
    c = content
    try:
        scenarios = tuple(
            replace(scenario_from_text(toml, f"{file}, {name}"), name=name) for name, toml in c["scenarios"].items()
        )
        longest = max(s.months for s in scenarios)
        factors = tuple(
            replace(factor(name, longest, file, name), low=low, high=high) for name, (low, high) in c["factors"].items()
        )
        found = Experiment(
            c["name"], c["title"], c["question"], scenarios, c["method"], factors,
            tuple(tuple(values) for values in c["levels"]), c["size"], c["runs"], c["seed"], c["uncertainty"],
            tuple(c["without"]), tuple(c["keep"]), tuple(c["variables"]), c["outcome"],
        )  # fmt: skip
        _check_read(found)
        _check_size(found, file)
        return found
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"{clean(file)}: what it says of its experiment cannot be read ({error})") from None


def _check_read(found: Experiment) -> None:
    """Refuse (with a `ValueError`) what no experiment file could have given, where its manifest was changed by hand."""
    whole = (found.runs, found.seed, found.size)
    texts = (found.name, found.title, found.question, found.outcome, *found.without, *found.keep, *found.variables)
    numbers = [value for values in found.levels for value in values] + [
        v for f in found.factors for v in (f.low, f.high)
    ]
    if not all(type(value) is int and value >= 0 for value in whole) or found.runs < 1:
        raise ValueError("runs, seed and size are whole numbers")
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("names and texts are texts")
    if not all(isinstance(value, Real) and math.isfinite(value) for value in numbers):
        raise ValueError("levels and bounds are numbers")
    wrong = {"sweep": len(found.levels) != len(found.factors) or not all(found.levels),
             "points": not found.levels, "file": not found.levels}  # fmt: skip
    if found.method not in get_args(Method) or wrong.get(found.method, False):
        raise ValueError("its method and its levels do not fit")
    if found.uncertainty not in UNCERTAINTIES or any(f.low > f.high for f in found.factors):
        raise ValueError("its uncertainty or a range is none")
    if not set(found.variables) <= {v.name for v in VARIABLES} or not set(found.without) <= set(MECHANISMS):
        raise ValueError("it names variables or mechanisms that do not exist")


def count_points(experiment: Experiment) -> int:
    """Points of its design, for each scenario."""
    factors = len(experiment.factors)
    return {
        "none": 1,
        "sweep": int(np.prod([len(values) for values in experiment.levels], dtype=object)) if factors else 1,
        "points": len(experiment.levels),
        "file": len(experiment.levels),
        "latin-hypercube": experiment.size,
        "sobol": experiment.size * (factors + 2),
        "morris": experiment.size * (factors + 1),
    }[experiment.method]


def _scenarios(found: ExperimentFile, file: str, folder: Path, months: int | None) -> tuple[Scenario, ...]:
    """Its scenarios with its own levers, parameters and horizon."""
    levers = {key: lever_value(key, value, file, f"levers.{key}") for key, value in found.levers.items()}
    parameters = {key: parameter_value(key, v, file, f"parameters.{key}") for key, v in found.parameters.items()}
    scenarios: list[Scenario] = []
    for count, name in enumerate(found.scenarios, 1):
        try:
            scenario = load_scenario(name if name in scenario_names() else folder / name)
        except ConfigError as error:
            raise ConfigError(f"{clean(file)}, scenarios[{count}]: {error}") from None
        if levers or parameters or months is not None:
            scenario = scenario.with_changes(levers=levers, parameters=parameters, months=months)
        if any(scenario.name == other.name for other in scenarios):
            raise ConfigError.at(file, f"scenarios[{count}]", scenario.name, "scenarios of different names")
        scenarios.append(scenario)
    return tuple(scenarios)


def _check_size(experiment: Experiment, file: str) -> None:
    points = count_points(experiment) * len(experiment.scenarios)
    if points > MAX_POINTS:
        raise ConfigError.at(file, "points", points, f"at most {MAX_POINTS:,} points")
    if points * experiment.runs > MAX_RUNS:
        raise ConfigError.at(file, "runs", points * experiment.runs, f"at most {MAX_RUNS:,} runs in all")
