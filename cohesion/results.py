"""Result folders on disk: `write_results` and `read_results`.

A folder is complete or absent: it is written under a temporary name beside its target and renamed. Digests are of
contents in a stated order, not of bytes of files.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cohesion import extend, posterior
from cohesion.checks import clean
from cohesion.ensemble import digest, outcome_table
from cohesion.scenario import Scenario
from cohesion.summary import bands, summary
from cohesion.version import MODEL

if TYPE_CHECKING:
    import xarray as xr

FORMAT = "cohesion result 1"
FILES = ("manifest.json", "outcomes.parquet", "bands.nc", "figure.png", "figure.svg", "summary.json")


class ResultsError(ValueError):
    """A result folder cannot be written or is damaged; the text is one line for the person who named it."""


@dataclass(frozen=True)
class Results:
    """A result folder, read and verified."""

    manifest: dict[str, Any]
    outcomes: pd.DataFrame
    bands: "xr.Dataset"
    summary: dict[str, Any]


def check_target(folder: str | Path, form: str = FORMAT, files: tuple[str, ...] = FILES) -> Path:
    """The folder's full path, once it is clear that a result can be written there; leaves nothing behind.

    Parameters
    ----------
    folder
        Where it is to be written.
    form, files
        The format that its manifest names, and every file it may hold.

    Raises
    ------
    ResultsError
        Where it is a file, holds anything but a complete result, or cannot be written to.
    """
    target = Path(folder)
    try:
        target = Path(os.path.abspath(target))
        with suppress(FileNotFoundError, NotADirectoryError):
            os.lstat(target)  # a name that is too long or forbidden shows here
        if target.is_symlink():
            raise ResultsError(f"{folder}: a symbolic link; name the folder itself")
        if target.exists():
            if not target.is_dir():
                raise ResultsError(f"{folder}: a file; a result is a folder")
            if target == Path.cwd():
                raise ResultsError(f"{folder}: the working folder; name a folder within it")
            found = sorted(path.name for path in target.iterdir())
            if found and not _is_result(target, form):
                raise ResultsError(f"{folder}: not empty and not a complete result, so it is left alone; name another")
            if foreign := [name for name in found if name not in files]:
                raise ResultsError(f"{folder}: holds {foreign[0]!r}, not part of a result, so it is left alone")
        standing = _standing(target)
        if not standing.is_dir():
            raise ResultsError(f"{folder}: {standing} is a file; a result is a folder")
        os.rmdir(tempfile.mkdtemp(prefix=".cohesion-", dir=standing))
    except (OSError, ValueError) as error:
        if isinstance(error, ResultsError):
            raise
        raise ResultsError(f"{folder}: cannot be written ({getattr(error, 'strerror', None) or error})") from None
    return target


def write_results(
    folder: str | Path,
    scenario: Scenario,
    data: "xr.Dataset",
    *,
    ends: "xr.Dataset | None" = None,
    baseline: "tuple[Scenario, xr.Dataset] | None" = None,
    command: str = "",
    changes: dict[str, Any] | None = None,
    seconds: float | None = None,
    said: dict[str, Any] | None = None,
) -> Path:
    """Write a result folder, in the place of an earlier one.

    Parameters
    ----------
    folder
        Target; see `check_target`.
    scenario, data
        What was simulated, every variable and month: bands and figure are of these runs.
    ends
        First and last month of all runs, where ``data`` holds only the first of them.
    baseline
        Scenario and ensemble to compare with.
    command, changes, seconds
        For the manifest: the command line, changes of levers and parameters, and the time it took to compute.
    said
        `cohesion.summary.summary` of it, where it is known already.

    Raises
    ------
    ResultsError
        Where the folder may not be replaced or cannot be written.
    """
    from cohesion_viz.charts import headline_figure, save

    target = check_target(folder)
    every = data if ends is None else ends
    if said is None:
        said = summary(every, scenario, baseline)
    table, quantiles = outcome_table(every), bands(data)
    of_outcomes = digest(table)
    manifest = {
        "format": FORMAT,
        "scenario": {"toml": scenario.to_toml(), **scenario.to_dict()},
        "baseline": None if baseline is None else {"toml": baseline[0].to_toml(), **baseline[0].to_dict()},
        "seed": said["seed"],
        "runs": said["runs"],
        "runs_of_bands": data.sizes["run"],
        "uncertainty": said["uncertainty"],
        "posterior": posterior.digest_under(said["uncertainty"]),
        "changes": changes or {},
        "without": data.attrs.get("without", ""),
        "command": command,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": seconds,
        "versions": versions(),
        "commit": commit(),
        "platform": platform.platform(),
        "digests": {
            "outcomes.parquet": of_outcomes,
            "bands.nc": _digest_of_dataset(quantiles),
            "summary.json": _digest_of_json(said),
        },
        "cite": citation(scenario.name, scenario.title, said["seed"], said["runs"], of_outcomes),
    }

    with fresh_folder(folder) as fresh:
        table.to_parquet(fresh / "outcomes.parquet", index=False)
        packed = {name: {"zlib": True, "complevel": 4} for name in quantiles.data_vars}
        quantiles.to_netcdf(fresh / "bands.nc", engine="h5netcdf", encoding=packed)
        save(headline_figure(data, None if baseline is None else baseline[1], said), fresh / "figure")
        write_json(fresh / "summary.json", said)
        manifest["files"] = {name: checksum(fresh / name) for name in ("outcomes.parquet", "bands.nc")}
        write_json(fresh / "manifest.json", manifest)
    return target


@contextmanager
def fresh_folder(folder: str | Path, form: str = FORMAT, files: tuple[str, ...] = FILES) -> Iterator[Path]:
    """A folder to write to that takes the place of the target once everything is in it; see `check_target`."""
    target = check_target(folder, form, files)
    fresh = Path(tempfile.mkdtemp(prefix=".cohesion-", dir=_standing(target)))
    try:
        fresh.chmod(0o777 & ~_umask())
        yield fresh
        check_target(folder, form, files)
        _put_in_place(fresh, target)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot be written ({error.strerror or error})") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def read_results(folder: str | Path) -> Results:
    """Read a result folder and verify its digests.

    Raises
    ------
    ResultsError
        Where it is not a complete result or something in it was changed.
    """
    place = Path(folder)
    if not place.is_dir():
        raise ResultsError(f"{folder}: no such folder")
    if not (place / "manifest.json").is_file():
        raise ResultsError(f"{folder}: no manifest.json, so it is not a complete result")
    manifest = read_json(place, "manifest.json")
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ResultsError(f"{folder}: manifest.json is not of a {FORMAT!r}")
    for name in FILES:
        if not (place / name).is_file():
            raise ResultsError(f"{folder}: {name} is missing")
    check_files(place, manifest)
    try:
        table = pd.read_parquet(place / "outcomes.parquet")
    except Exception as error:  # pyarrow raises many kinds for a damaged file
        raise ResultsError(f"{folder}: outcomes.parquet cannot be read ({first_line(error)})") from None
    quantiles = read_netcdf(place, "bands.nc")
    said = read_json(place, "summary.json")
    digests = manifest.get("digests")
    if not isinstance(digests, dict):
        raise ResultsError(f"{folder}: manifest.json names no digests")
    found = {
        "outcomes.parquet": digest(table),
        "bands.nc": _digest_of_dataset(quantiles),
        "summary.json": _digest_of_json(said),
    }
    for name, value in found.items():
        if digests.get(name) != value:
            raise ResultsError(
                f"{folder}: {name} was changed after it was written: its digest is not that of manifest.json"
            )
    return Results(manifest, table, quantiles, said)


def _is_result(folder: Path, form: str) -> bool:
    try:
        manifest = read_json(folder, "manifest.json")
    except ResultsError:
        return False
    return isinstance(manifest, dict) and manifest.get("format") == form


def _standing(target: Path) -> Path:
    """The nearest folder above the target that exists."""
    return next(folder for folder in target.parents if os.path.lexists(folder))


def _put_in_place(fresh: Path, target: Path) -> None:
    """Rename the fresh folder to its target; an earlier result there is moved aside first and then removed."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=".old-", dir=target.parent))
    try:
        target.rename(aside / "old")
        try:
            fresh.rename(target)
        except BaseException:
            (aside / "old").rename(target)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: under a temporary name beside its own, and then renamed.

    Raises
    ------
    OSError
        Where it cannot be written; an earlier file of its name stays.
    """
    handle, fresh = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(fresh, 0o644)
        os.replace(fresh, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(fresh)
        raise


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file of a result."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def read_json(folder: Path, name: str) -> Any:
    """Content of a JSON file of a folder.

    Raises
    ------
    ResultsError
        Where it cannot be read.
    """
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"), parse_constant=_no_number)
    except (OSError, ValueError, RecursionError) as error:
        raise ResultsError(f"{folder}: {name} cannot be read ({first_line(error)})") from None


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is not a number of JSON")


def read_netcdf(folder: Path, name: str) -> "xr.Dataset":
    """Content of a netCDF file of a folder.

    Raises
    ------
    ResultsError
        Where it cannot be read.
    """
    import xarray as xr

    try:
        return xr.load_dataset(folder / name, engine="h5netcdf")
    except Exception as error:  # h5py and xarray raise many kinds for a damaged file
        raise ResultsError(f"{folder}: {name} cannot be read ({first_line(error)})") from None


def checksum(path: Path) -> str:
    """SHA-256 of a file's bytes: what the libraries that parse it are not given unless it agrees."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_files(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse files whose bytes are not those that a manifest names, before a library parses them.

    Raises
    ------
    ResultsError
        With the file.
    """
    files = manifest.get("files", {})
    for name in files if isinstance(files, dict) else ():
        if name not in FILES or not (folder / name).is_file() or checksum(folder / name) != files[name]:
            raise ResultsError(f"{folder}: {clean(name)} was changed after it was written: it is not manifest.json's")


def first_line(error: Exception) -> str:
    """What an error of a library says, on one line and without control characters."""
    return clean((str(error).splitlines() or [type(error).__name__])[0])


def _digest_of_json(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()


def _digest_of_dataset(data: "xr.Dataset") -> str:
    """SHA-256 of every variable in order of name: name, dimensions, values as little-endian 64-bit or text."""
    sha = hashlib.sha256()
    for name in sorted(map(str, data.variables)):
        values = data[name].values
        sha.update(f"{name}\0{','.join(map(str, data[name].dims))}\0{values.shape}\0".encode())
        if values.dtype.kind in "OUST":
            sha.update("\0".join(map(str, values.ravel())).encode())
        else:
            sha.update(np.ascontiguousarray(values, "<i8" if values.dtype.kind in "iu" else "<f8").tobytes())
    return sha.hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def versions() -> dict[str, str]:
    """Versions of the model, of Python and of what the numbers depend on, and digests of what was not shipped."""
    found = {"model": MODEL, "python": platform.python_version()}
    for name in ("cohesion-alliance", "numpy", "mesa", "xarray", "pandas"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found | extend.versions()


def citation(name: str, title: str, seed: int, runs: int, digest_of_outcomes: str) -> str:
    """A BibTeX entry for a result."""
    key = "".join(c if c.isalnum() else "-" for c in name)
    plain = "".join(c for c in title if c not in "{}\\")
    return (
        f"@misc{{cohesion-{key}, title = {{{{{plain}}}}}, author = {{{{The cohesion authors}}}}, "
        f"year = {{{datetime.now(UTC).year}}}, note = {{Computed with cohesion {versions()['cohesion-alliance']}, seed "
        f"{seed}, {runs} runs; SHA-256 of outcomes {digest_of_outcomes[:16]}}}}}"
    )


def commit() -> str | None:
    """Commit of the checkout that the code runs from, with ``+changes`` where files differ from it."""
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return None
    try:
        ask = [
            subprocess.run(
                ["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=True
            ).stdout
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        ]
    except (OSError, subprocess.SubprocessError):
        return None
    return ask[0].strip() + ("+changes" if ask[1].strip() else "")
