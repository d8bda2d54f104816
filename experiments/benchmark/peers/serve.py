"""The process of a peer: it reads the inputs once, then runs what it is asked to and answers how long that took.

Runs in the peer's own environment, so it needs nothing but NumPy.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

import numpy as np

from experiments.benchmark.inputs import Inputs


def serve(tasks: dict[str, Callable[[Inputs, int], None]], record: Callable[[Inputs], dict[str, np.ndarray]]) -> None:
    """Time tasks on request, or record all runs once.

    Parameters
    ----------
    tasks
        Name to what runs the first so many of the runs. Each line of standard input is a name and a number of runs; the
        answer is the seconds of the processor it took.
    record
        What was collected in all runs, ``[run, month, member]`` by name, and ``beliefs`` at the end, ``[run, member,
        ally]``.
    """
    parser = argparse.ArgumentParser(description=serve.__doc__)
    parser.add_argument("inputs", type=Path, help="file of inputs")
    parser.add_argument("--record", type=Path, help="run all once and write what was collected to this file")
    options = parser.parse_args()
    inputs = Inputs.load(options.inputs)
    if options.record:
        np.savez(options.record, **record(inputs))
        return
    for line in sys.stdin:
        name, runs = line.split()
        start = process_time()
        tasks[name](inputs, int(runs))
        print(process_time() - start, flush=True)
