"""Two ensembles that are compared."""

import numpy as np
import xarray as xr


def check_pair(first: xr.Dataset, second: xr.Dataset) -> None:
    """Refuse two ensembles whose difference would be noise."""
    if first.attrs["seed"] != second.attrs["seed"] or not np.array_equal(first["run"], second["run"]):
        raise ValueError("two ensembles are compared under common random numbers: seeds and runs must be the same")
    if first.attrs["start"] != second.attrs["start"]:
        raise ValueError("two ensembles are compared month by month: they must start in the same month")
