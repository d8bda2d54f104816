"""Adding to the model from outside: mechanisms with their parameters, levers and measures.

What is added counts in the process that adds it. The module that ``COHESION_EXTENSIONS`` names is imported by every
process that reads scenarios or simulates, so what it adds holds on the command line, in worker processes and in the
dashboard too. How-to: docs/extending.md.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cohesion import levers, parameters, variables
from cohesion.levers import HOLDERS, Lever
from cohesion.parameters import MECHANISMS, Parameter
from cohesion.types import DRIVERS, Mechanism
from cohesion.variables import Variable

#: Mechanisms from outside by name, in the order in which they act.
ADDED: dict[str, Mechanism] = {}
_added: set[tuple[str, str]] = set()  # kind and name of all that came from outside, which may be added anew


def add_mechanism(mechanism: Mechanism, *its_parameters: Parameter) -> None:
    """Add a mechanism: from now on it acts in every run, unless ``without`` names it.

    Parameters
    ----------
    mechanism
        What it does; a mechanism that was added under the same name gives way to it.
    its_parameters
        Its uncertain quantities, each with ``mechanism`` set to its name. They are drawn after all others, whose
        draws stay as they were. One at least has a ``neutral`` value, so that it can be switched off.

    Raises
    ------
    ValueError
        Where a name is taken or is no name, where ranges do not hold, or where nothing can switch it off.
    """
    name = mechanism.name
    _check_name("mechanism", name, MECHANISMS)
    if all(p.neutral is None for p in its_parameters):
        raise ValueError(f"mechanism {name}: no parameter has a neutral value, so it could not be switched off")
    for p in its_parameters:
        _check_name("parameter", p.name, parameters.BY_NAME)
        if p.mechanism != name or p.threshold:
            raise ValueError(f"parameter {p.name}: mechanism is {p.mechanism!r}; allowed: {name!r}, and no threshold")
        _check_range("parameter", p.name, p.low, p.default, p.high)
    for p in its_parameters:
        _put("parameter", p, parameters.PARAMETERS, parameters.BY_NAME)
        parameters.DRAWN[:] = [each for each in parameters.PARAMETERS if not each.threshold]
    if mechanism.trust_in_us and name not in DRIVERS:
        DRIVERS.insert(-3, name)
    MECHANISMS[name] = mechanism.title
    ADDED[name] = mechanism
    _added.add(("mechanism", name))


def add_lever(lever: Lever) -> None:
    """Add a lever: scenarios may set it, and mechanisms find it among the levers of the month by its name.

    Raises
    ------
    ValueError
        Where its name is taken or is no name, its holder is none of `cohesion.levers.HOLDERS`, or its range does not
        hold.
    """
    _check_name("lever", lever.name, levers.BY_NAME)
    if lever.holder not in HOLDERS:
        raise ValueError(f"lever {lever.name}: holder {lever.holder!r}; allowed: {', '.join(HOLDERS)}")
    _check_range("lever", lever.name, lever.low, lever.neutral, lever.high)
    _put("lever", lever, levers.LEVERS, levers.BY_NAME)


def add_measure(measure: Variable) -> None:
    """Add a result variable: `cohesion.simulate`, the Mesa model and experiments keep it beside the others.

    Raises
    ------
    ValueError
        Where its name is taken or is no name.
    """
    _check_name("variable", measure.name, variables.BY_NAME)
    _put("variable", measure, variables.VARIABLES, variables.BY_NAME)


def load() -> None:
    """Import the modules that ``COHESION_EXTENSIONS`` names, parted by commas; what is imported already stays.

    Raises
    ------
    ImportError
        Where there is none of a name, or it fails.
    """
    for name in _modules():
        try:
            import_module(name)
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
            allowed = "modules that Python finds, installed or on PYTHONPATH, parted by commas"
            raise ImportError(f"COHESION_EXTENSIONS: found {name!r} ({found}); allowed: {allowed}") from error


def versions() -> dict[str, str]:
    """What was not shipped and decides the numbers, with the start of its SHA-256; nothing where all was shipped.

    That is the source of extensions and the tables of another alliance. What a notebook adds has no file to vouch for.
    """
    from cohesion.facts.codes import ELSEWHERE, FOLDER

    found = {}
    for name in _modules():
        spec = find_spec(name)
        source = Path(spec.origin) if spec and spec.origin else None
        if source is not None:
            files = sorted(source.parent.rglob("*.py")) if source.name == "__init__.py" else [source]
            found[f"extension {name}"] = _sha(files)
    if ELSEWHERE:
        found[f"facts {FOLDER.name}"] = _sha(sorted(FOLDER.glob("*.csv")))
    return found


def _modules() -> list[str]:
    return [name.strip() for name in os.environ.get("COHESION_EXTENSIONS", "").split(",") if name.strip()]


def _sha(files: Sequence[Path]) -> str:
    sha = hashlib.sha256()
    for path in files:
        sha.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return sha.hexdigest()[:16]


def _check_name(kind: str, name: str, known: Any) -> None:
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        raise ValueError(f"{kind} {name!r}: allowed: small letters, digits and underscores, a letter first")
    if name in known and (kind, name) not in _added:
        raise ValueError(f"{kind} {name!r} is one of the model's own; nearest: {get_close_matches(name, known, 4)}")


def _check_range(kind: str, name: str, low: float, usual: float, high: float) -> None:
    if not low <= usual <= high or low == high:
        raise ValueError(f"{kind} {name}: {low:g} to {high:g} with {usual:g}; allowed: low <= {usual:g} <= high")


def _put(kind: str, thing: Any, table: list[Any], by_name: dict[str, Any]) -> None:
    """Put a thing at the end of a table, or in the place of the one of its name."""
    if thing.name in by_name:
        table[[each.name for each in table].index(thing.name)] = thing
    else:
        table.append(thing)
    by_name[thing.name] = thing
    _added.add((kind, thing.name))
