"""What a version of the model gives for every scenario, and how two such records differ."""

import hashlib
import json
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

from cohesion import scenario_names, simulate
from cohesion.outcome import OUTCOMES
from cohesion.uncertainty import DEFAULT
from cohesion.variables import VARIABLES
from cohesion.version import MODEL

FOLDER = Path(__file__).parent
CHANGELOG = FOLDER.parents[1] / "CHANGELOG.md"
RUNS, SEED = 16, 0
#: Another processor, another BLAS or another NumPy may round the last bit differently. Measured over all variables,
#: months and members of 17 scenarios with 32 runs: at most 7e-13 of the value (or of 0.001, where that is more).
TOLERANCE, FLOOR = 1e-11, 1e-3


def path(version=MODEL):
    """File of a version's numbers."""
    return FOLDER / f"model-{version}.json"


def arithmetic():
    """What decides the last bit: NumPy, the vector instructions it uses, and the kernels of its BLAS."""
    simd = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    blas = {
        f"{one['internal_api']} {one['version']} {one['architecture']}"
        for one in threadpool_info()
        if "numpy" in one["filepath"]
    }
    return f"numpy {np.__version__}, {' '.join(simd) or 'no SIMD beyond its baseline'}, {', '.join(sorted(blas))}"


def numbers():
    """Numbers of every scenario: counts of outcomes, mean of each variable by year, and a digest of every value."""
    return {name: summary(simulate(name, RUNS, SEED, DEFAULT)) for name in scenario_names()}


def summary(data):
    """Counts of outcomes, means by year and a digest of an ensemble, as they are saved."""
    sha = hashlib.sha256()
    means = {}
    for variable in VARIABLES:
        values = np.ascontiguousarray(data[variable.name].values, "<f8")  # [run, month(, member)]
        sha.update(variable.name.encode() + b"\0" + values.tobytes())
        by_month = values.reshape(*values.shape[:2], -1).mean(axis=(0, 2))
        means[variable.name] = by_month[::12].tolist()
    ends = data["outcome"].values[:, -1]
    return {
        "outcomes": {name: int((ends == k).sum()) for k, name in enumerate(OUTCOMES)},
        "means by year": means,
        "digest": sha.hexdigest(),
    }


def read(version=MODEL):
    """Saved record of a version."""
    return json.loads(path(version).read_text(encoding="utf-8"))


def record(found, known=None):
    """Record of the present numbers; digests of other arithmetic are kept where the numbers are the same."""
    digests = dict((known or {}).get("digests", {}))
    digests[arithmetic()] = {name: one["digest"] for name, one in found.items()}
    values = {name: {key: one[key] for key in ("outcomes", "means by year")} for name, one in found.items()}
    return {"model": MODEL, "runs": RUNS, "seed": SEED, "uncertainty": DEFAULT, "scenarios": values, "digests": digests}


def differences(saved, found):
    """What differs beyond the tolerance, or to the last bit where this arithmetic is known, one line each."""
    lines = []
    for name in sorted(set(saved["scenarios"]) ^ set(found)):
        lines.append(
            f"{name}: a scenario {'no longer there' if name in saved['scenarios'] else 'without saved numbers'}"
        )
    for name in sorted(set(saved["scenarios"]) & set(found)):
        was, now = saved["scenarios"][name], found[name]
        if was["outcomes"] != now["outcomes"]:
            lines.append(f"{name}: outcomes were {was['outcomes']}, are {now['outcomes']}")
        lines += _moved(name, was["means by year"], now["means by year"])
    known = saved["digests"].get(arithmetic(), {})
    if not lines:
        lines += [
            f"{name}: a last bit differs from the saved digest ({arithmetic()})"
            for name, digest in known.items()
            if name in found and found[name]["digest"] != digest
        ]
    return lines


def _moved(name, was, now):
    for variable in sorted(set(was) ^ set(now)):
        yield f"{name}: variable {variable} {'no longer there' if variable in was else 'without saved numbers'}"
    for variable in sorted(set(was) & set(now)):
        first, second = np.array(was[variable]), np.array(now[variable])
        if first.shape != second.shape:
            yield f"{name}: {variable} had {first.size} years, has {second.size}"
            continue
        off = np.abs(second - first) / np.maximum(np.abs(first), FLOOR)
        if off.max() > TOLERANCE:
            year = int(off.argmax())
            yield f"{name}: {variable} in year {year} was {first[year]:.9g}, is {second[year]:.9g}"


def reason():
    """What CHANGELOG.md says of the present version of the model; None where it says nothing."""
    heading = f"### Model {MODEL}"
    lines = CHANGELOG.read_text(encoding="utf-8").splitlines()
    if heading not in lines:
        return None
    after = lines[lines.index(heading) + 1 :]
    end = next((k for k, line in enumerate(after) if line.startswith("#")), len(after))
    return "\n".join(after[:end]).strip() or None
