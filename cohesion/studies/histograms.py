"""Histograms with fixed edges: quantile bands of any number of runs in memory that does not grow with it.

Counts are whole numbers, so chunks of runs may be added in any order and give the same bands. A quantile is read by
linear interpolation within its bin: it is off by a bin's width at most (the span of the variable over `BINS`).
"""

import io
import zipfile

import numpy as np
import numpy.typing as npt

from cohesion.summary import QUANTILES
from cohesion.types import Array
from cohesion.variables import BY_NAME

BINS = 200

Counts = npt.NDArray[np.uint32]


def edges(variable: str) -> Array:
    """Edges of the bins of a variable, ``[BINS + 1]``; what lies beyond is counted in the outermost bins."""
    span = BY_NAME[variable].span
    if span is None:
        raise ValueError(f"{variable} has no span")
    return np.linspace(*span, BINS + 1)


def count(values: Array, variable: str) -> Counts:
    """Histogram over runs, ``[..., BINS]`` of values ``[run, ...]``."""
    span = BY_NAME[variable].span
    if span is None:
        raise ValueError(f"{variable} has no span")
    low, high = span
    bins = np.clip((values - low) * (BINS / (high - low)), 0, BINS - 1).astype(np.intp)
    cells = int(np.prod(values.shape[1:]))
    flat = bins.reshape(len(values), cells) + np.arange(cells) * BINS
    counted = np.bincount(flat.ravel(), minlength=cells * BINS)
    return counted.reshape(*values.shape[1:], BINS).astype(np.uint32)


def packed(counts: dict[str, Counts]) -> bytes:
    """Histograms by key as an archive that `numpy.load` reads, in the smallest whole numbers that hold them.

    `numpy.savez_compressed` packs a little tighter and takes longer than simulating the runs.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for key, counted in counts.items():
            with archive.open(f"{key}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, counted.astype(np.min_scalar_type(counted.max())), allow_pickle=False)
    return stream.getvalue()


def quantiles(counts: Counts, variable: str, wanted: tuple[float, ...] = tuple(QUANTILES.values())) -> Array:
    """Quantiles of a histogram, ``[quantile, ...]`` of counts ``[..., BINS]``.

    Parameters
    ----------
    counts
        Of `count`, added up over chunks; at least one run.
    variable
        Whose edges they have.
    wanted
        Probabilities.
    """
    low, width = edges(variable)[0], np.diff(edges(variable)[:2])[0]
    below = np.cumsum(counts, axis=-1, dtype=np.uint32)
    total = below[..., -1:]
    found = []
    for probability in wanted:
        target = probability * total
        first = (below < np.ceil(target).astype(np.uint32)).sum(axis=-1, keepdims=True)  # whole numbers compare faster
        at = np.minimum(first, BINS - 1)
        inside = np.take_along_axis(counts, at, axis=-1)
        before = np.take_along_axis(below, at, axis=-1) - inside
        part = np.clip((target - before) / np.maximum(inside, 1), 0, 1)
        found.append((low + width * (at + part))[..., 0])
    return np.array(found)
