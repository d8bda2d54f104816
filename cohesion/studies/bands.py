"""Bands of a batch: quantiles by point, month and member, read from its histograms one point at a time."""

import hashlib
import io
import os
from collections import defaultdict
from contextlib import suppress

import h5netcdf
import numpy as np

from cohesion.facts import ISO3
from cohesion.results import ResultsError
from cohesion.studies import histograms
from cohesion.studies.folder import BatchFolder, Piece
from cohesion.studies.plan import Plan
from cohesion.summary import QUANTILES
from cohesion.variables import BY_NAME


def write_bands(plan: Plan, folder: BatchFolder) -> str:
    """Write ``bands.nc``; the digest of the histograms that it comes from.

    Memory holds the histograms of one point. A scenario that is shorter than the longest has no values (NaN) after its
    end.

    Raises
    ------
    ResultsError
        Where it cannot be written.
    """
    runs = plan.experiment.runs
    of_point: dict[int, list[Piece]] = defaultdict(list)
    for piece in folder.pieces("histograms"):
        for point in range(piece.first // runs, (piece.last - 1) // runs + 1):
            of_point[point].append(piece)
    months = max(s.months for s in plan.experiment.scenarios) + 1
    sha = hashlib.sha256()
    fresh = folder.path / ".new-bands"
    try:
        with h5netcdf.File(fresh, "w") as file:
            file.dimensions = {
                "point": plan.points, "quantile": len(QUANTILES), "month": months, "member": len(ISO3)
            }  # fmt: skip
            file.create_variable("quantile", ("quantile",), data=np.array(list(QUANTILES.values())))
            file.create_variable("member", ("member",), data=np.array(ISO3, "S3"))
            file.attrs["edges"] = f"{histograms.BINS} bins of equal width over each variable's span"
            for name in plan.experiment.variables:
                about = BY_NAME[name]
                dims = ("point", "quantile", "month", *(("member",) if about.by_member else ()))
                variable = file.create_variable(name, dims, "f8", fillvalue=np.nan, compression="gzip",
                                                compression_opts=4)  # fmt: skip
                variable.attrs["units"], variable.attrs["long_name"] = about.unit, about.long_name
                variable.attrs["span"] = np.array(about.span)
            for point in range(plan.points):
                counts: dict[str, histograms.Counts] = {}
                for piece in of_point[point]:
                    with np.load(io.BytesIO(folder.read(piece)), allow_pickle=False) as stored:
                        for name in plan.experiment.variables:
                            found = stored[f"{point}/{name}"].astype(np.uint32)
                            counts[name] = counts[name] + found if name in counts else found
                for name, counted in counts.items():
                    sha.update(f"{point}\0{name}\0{counted.shape}\0".encode() + counted.astype("<u4").tobytes())
                    bands = histograms.quantiles(counted, name)
                    file.variables[name][point, :, : bands.shape[1]] = bands
        os.replace(fresh, folder.path / "bands.nc")
    except OSError as error:
        raise ResultsError(f"{folder.path}: bands cannot be written ({error.strerror or error})") from None
    finally:
        with suppress(OSError):
            fresh.unlink()
    return sha.hexdigest()
