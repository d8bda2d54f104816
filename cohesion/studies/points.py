"""The points of an experiment as its file gives them: a sweep, a list, or a sampling design.

Each function takes a part of the file and gives the factors and their values, every value within the factor's range; a
mistake is a `ConfigError` that names the key. ``months`` is the horizon, within which a delay has to lie.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from cohesion.checks import STRICT, ConfigError, clean, nearest, number, parameter_value, show
from cohesion.parameters import BY_NAME as PARAMETERS
from cohesion.parameters import DRAWN
from cohesion.studies.factors import Factor, factor

MAX_POINTS = 1_000_000
METHODS = ("latin-hypercube", "sobol", "morris", "file")
Method = Literal["none", "sweep", "points", "latin-hypercube", "sobol", "morris", "file"]
#: Values of factors: of a sweep one tuple a factor, of a list one tuple a point.
Levels = tuple[tuple[float, ...], ...]
NUMBERS = "a list of numbers, or { from = 0, to = 1, steps = 5 }"
_SIZE = (
    f"a whole number from 1 to {MAX_POINTS:,}: points of a Latin hypercube, base sample of Sobol' (a power of 2), "
    "trajectories of Morris"
)
_RANGE = ("from", "to", "steps")
_Text = Annotated[str, Field(min_length=1)]


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


def swept(sweep: Mapping[str, Any], months: int, file: str) -> tuple[tuple[Factor, ...], Levels]:
    """Factors of a full factorial, and for each of them the values that it takes."""
    factors = tuple(factor(key, months, file, f"sweep.{key}") for key in sweep)
    return factors, tuple(_levels(sweep[f.name], f, file) for f in factors)


def listed(points: list[dict[str, Any]], months: int, file: str) -> tuple[tuple[Factor, ...], Levels]:
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


def sampled(found: SampleFile, months: int, file: str, folder: Path) -> tuple[Method, tuple[Factor, ...], Levels, int]:
    """Method, factors, values (of a file) and size of a sampling design."""
    check_one_of(found.method, METHODS, file, "sample.method")
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
        check_one_of(found.parameters, ("all",), file, "sample.parameters")
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


def check_distinct(factors: tuple[Factor, ...], file: str) -> None:
    """Refuse two factors that set the same lever on the same members, of which only the later would count."""
    seen: dict[str, str] = {}
    for f in factors:
        for target in f.targets if f.kind != "parameter" else ():
            for member in f.members or ("ALL",):
                at = f"{f.kind} {target} {member}"
                if at in seen:
                    raise ConfigError(f"{clean(file)}: {seen[at]} and {f.name} both set {target} of {member}")
                seen[at] = f.name


def check_one_of(value: str, allowed: tuple[str, ...] | list[str], file: str, key: str) -> None:
    """Refuse a value that is none of the allowed, naming the nearest of them."""
    if value not in allowed:
        raise ConfigError.at(file, key, value, f"one of {', '.join(allowed)}", nearest(value, allowed))


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
        raise ConfigError.at(file, key, value if value != [] else "[]", NUMBERS)
    levels = [_value(v, f, file, f"{key}[{count}]") for count, v in enumerate(value, 1)]
    if len(set(levels)) < len(levels):
        raise ConfigError.at(file, key, value, "each value once")
    return tuple(levels)


def _value(value: object, f: Factor, file: str, key: str) -> float:
    """One value of a factor: within its range."""
    if f.kind == "parameter":
        return parameter_value(f.targets[0], value, file, key)
    found = number(value, f.low, f.high, f.unit, file, key)
    if f.kind == "delay" and found != int(found):
        raise ConfigError.at(file, key, value, f"a whole number of months from {f.low:g} to {f.high:g}")
    return found


def _read_sets(path: Path, months: int) -> tuple[tuple[Factor, ...], Levels]:
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
