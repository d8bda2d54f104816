"""Experiments: what is run, read from TOML and checked once.

An experiment names scenarios and how their points are made: ``[sweep]`` (full factorial), ``[[points]]`` (a list) or
``[sample]`` (a sampling design). What varies is a `Factor`; its name is the column of the results.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Real
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

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
    nearest,
    number,
    parameter_value,
    show,
)
from cohesion.parameters import BY_NAME as PARAMETERS
from cohesion.parameters import DRAWN, MECHANISMS, neutral_values
from cohesion.scenario import Scenario, config_folder, load_scenario, scenario_from_text, scenario_names
from cohesion.studies.factors import Factor, factor
from cohesion.toml import keys_of, read_file
from cohesion.uncertainty import DEFAULT, UNCERTAINTIES, Uncertainty
from cohesion.variables import VARIABLES

MAX_POINTS, MAX_RUNS = 1_000_000, 100_000_000
METHODS = ("latin-hypercube", "sobol", "morris", "file")
Method = Literal["none", "sweep", "points", "latin-hypercube", "sobol", "morris", "file"]
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
_NUMBERS = "a list of numbers, or { from = 0, to = 1, steps = 5 }"
_SIZE = (
    f"a whole number from 1 to {MAX_POINTS:,}: points of a Latin hypercube, base sample of Sobol' (a power of 2), "
    "trajectories of Morris"
)
_RUNS = f"a whole number of runs for each point, 1 to {MAX_POINTS:,}"
_SCENARIOS = "a list of scenarios: names, or paths relative to the file"
_RANGE = ("from", "to", "steps")
_OUTCOMES = (*outcome.OUTCOMES, "cohesion_index")


class SampleFile(BaseModel):
    """A sampling design."""

    model_config = STRICT

    method: str = Field(description=f"one of {', '.join(METHODS)}")
    size: int = Field(0, ge=1, le=MAX_POINTS, description=_SIZE)
    parameters: list[_Text] | str = Field(
        [], description='a list of parameters, sampled over their own ranges, or "all"'
    )
    ranges: dict[str, Any] = Field({}, description="a table of factors and their ranges: name = [low, high]")
    file: str = Field("", description="the path of a CSV or Parquet file with a column for each factor")


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
    sweep: dict[str, Any] = Field({}, description=f"a table of factors; each is {_NUMBERS}")
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
    """JSON Schema (draft 7) of an experiment file, for editors."""
    schema = ExperimentFile.model_json_schema(ref_template="#/definitions/{model}")
    schema["definitions"] = schema.pop("$defs")
    scenario = json_schema()
    schema["definitions"] |= scenario["definitions"]
    for key in ("levers", "parameters"):
        schema["properties"][key] = scenario["properties"][key]
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "cohesion experiment"} | schema


def experiment_of(raw: Mapping[str, Any], name: str, file: str, folder: Path) -> Experiment:
    """Check the content of a file; paths in it are relative to the folder."""
    found = checked(raw, file, ExperimentFile, {"sample": SampleFile})
    given = found.model_fields_set
    _one_of(found.uncertainty, UNCERTAINTIES, file, "uncertainty")
    _one_of(found.outcome, _OUTCOMES, file, "outcome")
    for each in found.without:
        _one_of(each, tuple(m for m in MECHANISMS if neutral_values(m)), file, "without")
    for each in found.keep:
        _one_of(each, ("bands", "trajectories"), file, "keep")
    with_bands = tuple(v.name for v in VARIABLES if v.span or "bands" not in found.keep)
    for each in found.variables:
        _one_of(each, with_bands, file, "variables")
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
        method = "sweep"
        factors = tuple(factor(key, shortest, file, f"sweep.{key}") for key in found.sweep)
        levels = tuple(_levels(found.sweep[f.name], f, file) for f in factors)
    elif found.points:
        method, (factors, levels) = "points", _listed(found.points, shortest, file)
    elif found.sample:
        method, factors, levels, size = _sample(found.sample, shortest, file, folder)
    _distinct(factors, file)
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


def _one_of(value: str, allowed: tuple[str, ...] | list[str], file: str, key: str) -> None:
    if value not in allowed:
        raise ConfigError.at(file, key, value, f"one of {', '.join(allowed)}", nearest(value, allowed))


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


def _value(value: object, f: Factor, file: str, key: str) -> float:
    """One value of a factor: within its range."""
    if f.kind == "parameter":
        return parameter_value(f.targets[0], value, file, key)
    found = number(value, f.low, f.high, f.unit, file, key)
    if f.kind == "delay" and found != int(found):
        raise ConfigError.at(file, key, value, f"a whole number of months from {f.low:g} to {f.high:g}")
    return found


def _levels(value: object, f: Factor, file: str) -> tuple[float, ...]:
    """Values of a swept factor."""
    key = f"sweep.{f.name}"
    if isinstance(value, Mapping):
        for name in value:
            if name not in _RANGE:
                raise ConfigError.at(file, f"{key}.{name}", name, "from, to, steps", nearest(name, _RANGE))
        for name in _RANGE:
            if name not in value:
                raise ConfigError(f"{clean(file)}, {clean(key)}.{name}: missing; a range has from, to and steps")
        steps = value["steps"]
        if isinstance(steps, bool) or not isinstance(steps, int) or not 2 <= steps <= 10_000:
            raise ConfigError.at(file, f"{key}.steps", steps, "a whole number from 2 to 10,000")
        low, high = (_value(value[name], f, file, f"{key}.{name}") for name in ("from", "to"))
        levels = [round(float(v), 12) for v in np.linspace(low, high, steps)]
        return tuple(_value(v, f, file, key) for v in levels)
    if not isinstance(value, list) or not value:
        raise ConfigError.at(file, key, value if value != [] else "[]", _NUMBERS)
    levels = [_value(v, f, file, f"{key}[{count}]") for count, v in enumerate(value, 1)]
    if len(set(levels)) < len(levels):
        raise ConfigError.at(file, key, value, "each value once")
    return tuple(levels)


def _listed(
    points: list[dict[str, Any]], months: int, file: str
) -> tuple[tuple[Factor, ...], tuple[tuple[float, ...], ...]]:
    """Factors and values of a list of points, which all name the same."""
    names = list(points[0])
    if not names:
        raise ConfigError.at(file, "points[1]", points[0], "a table of factors and values")
    factors = tuple(factor(name, months, file, f"points[1].{name}") for name in names)
    levels = []
    for count, point in enumerate(points, 1):
        if set(point) != set(names):
            odd = sorted(set(point) ^ set(names))[0]
            raise ConfigError.at(file, f"points[{count}]", odd, f"the factors of the first point: {', '.join(names)}")
        levels.append(tuple(_value(point[f.name], f, file, f"points[{count}].{f.name}") for f in factors))
    return factors, tuple(levels)


def _sample(
    found: SampleFile, months: int, file: str, folder: Path
) -> tuple[Method, tuple[Factor, ...], tuple[tuple[float, ...], ...], int]:
    """Method, factors, values (of a file) and size of a sampling design."""
    _one_of(found.method, METHODS, file, "sample.method")
    if found.method == "file":
        for key in ("size", "parameters", "ranges"):
            if key in found.model_fields_set:
                raise ConfigError(f"{clean(file)}, sample.{key}: not with method file, whose columns say it all")
        if not found.file:
            raise ConfigError(f"{clean(file)}, sample.file: missing; method file reads its points there")
        return ("file", *_read_sets(folder / found.file, months), 0)
    if found.file:
        raise ConfigError.at(file, "sample.file", found.file, 'method = "file" beside it')
    if "size" not in found.model_fields_set:
        raise ConfigError(f"{clean(file)}, sample.size: missing; {_SIZE}")
    if found.method == "sobol" and found.size & (found.size - 1):
        above = 1 << found.size.bit_length()
        raise ConfigError.at(file, "sample.size", found.size, "a power of 2", f"{above // 2} or {above}")
    if isinstance(found.parameters, str):
        _one_of(found.parameters, ("all",), file, "sample.parameters")
    names = [p.name for p in DRAWN] if isinstance(found.parameters, str) else found.parameters
    for name in names:
        if name not in PARAMETERS:
            raise ConfigError.at(file, "sample.parameters", name, "the names of parameters", nearest(name, PARAMETERS))
    factors = [factor(name, months, file, "sample.parameters") for name in names if name not in found.ranges]
    for name, value in found.ranges.items():
        key = f"sample.ranges.{name}"
        f = factor(name, months, file, key)
        if not isinstance(value, list) or len(value) != 2:
            raise ConfigError.at(file, key, value, "a range [low, high]")
        low, high = (number(v, f.low, f.high, f.unit, file, key) for v in value)
        if low >= high:
            raise ConfigError.at(file, key, show(value), "a range [low, high] whose low end is below its high end")
        factors.append(Factor(f.name, f.kind, f.targets, f.members, low, high))
    if not factors:
        raise ConfigError(f"{clean(file)}, sample: nothing to sample; name parameters or ranges")
    method: Any = found.method
    return method, tuple(factors), (), found.size


def _read_sets(path: Path, months: int) -> tuple[tuple[Factor, ...], tuple[tuple[float, ...], ...]]:
    """Factors and values of a file of parameter sets."""
    import pandas as pd

    file = str(path)
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except FileNotFoundError:
        raise ConfigError(f"{clean(file)}: no such file") from None
    except Exception as error:  # of many kinds, by what the file holds
        text = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConfigError(f"{clean(file)}: cannot be read as a table ({clean(text)})") from None
    if table.empty:
        raise ConfigError(f"{clean(file)}: no rows; a file of parameter sets has a row for each point")
    if len(table) > MAX_POINTS:
        raise ConfigError.at(file, "rows", len(table), f"at most {MAX_POINTS:,}")
    factors = tuple(factor(str(name), months, file, str(name)) for name in table.columns)
    rows = table.to_numpy().tolist()
    levels = [
        tuple(_value(v, f, file, f"row {count}, {f.name}") for v, f in zip(row, factors, strict=True))
        for count, row in enumerate(rows, 1)
    ]
    return factors, tuple(levels)


def _distinct(factors: tuple[Factor, ...], file: str) -> None:
    """Refuse two factors that set the same lever on the same members, of which only the later would count."""
    seen: dict[str, str] = {}
    for f in factors:
        for target in f.targets if f.kind != "parameter" else ():
            for member in f.members or ("ALL",):
                at = f"{f.kind} {target} {member}"
                if at in seen:
                    raise ConfigError(f"{clean(file)}: {seen[at]} and {f.name} both set {target} of {member}")
                seen[at] = f.name


def _check_size(experiment: Experiment, file: str) -> None:
    points = count_points(experiment) * len(experiment.scenarios)
    if points > MAX_POINTS:
        raise ConfigError.at(file, "points", points, f"at most {MAX_POINTS:,} points")
    if points * experiment.runs > MAX_RUNS:
        raise ConfigError.at(file, "runs", points * experiment.runs, f"at most {MAX_RUNS:,} runs in all")
