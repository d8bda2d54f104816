"""Send mutated inputs through every door, and write what was found.

python -m experiments.fuzzing [--inputs 100000] [--seed 0] [--keep] [--report experiments/fuzzing/report.md]

``--keep`` adds to the corpus in ``tests/corpus`` the smallest input of each kind of refusal that is new to it.
"""

import argparse
import sys
from pathlib import Path

from experiments.fuzzing import running
from experiments.fuzzing.doors import doors


def main():
    """Fuzz, report, and end with 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    found = running.all_doors(doors(), options.inputs, options.seed)
    if options.keep:
        for name, one in found.items():
            running.keep(name, one)
    text = running.report(found, options.seed)
    print(text)
    if options.report:
        options.report.write_text(text, encoding="utf-8", newline="\n")
    sys.exit(any(one.failures for one in found.values()))


if __name__ == "__main__":
    main()
