"""Send mutated inputs through every door, and write what was found.

python -m experiments.fuzzing [--inputs 100000] [--seed 0] [--keep] [--write]

``--write`` puts the table into the report of what took minutes to test. ``--keep`` adds to the corpus in
``tests/corpus`` the smallest input of each kind of refusal that is new to it.
"""

import argparse
import sys

from experiments.fuzzing import running
from experiments.fuzzing.doors import doors
from experiments.soak.report import record


def main():
    """Fuzz, report, and end with 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    found = running.all_doors(doors(), options.inputs, options.seed)
    if options.keep:
        for name, one in found.items():
            running.keep(name, one)
    text = running.report(found, options.seed)
    print(text)
    if options.write:
        record("fuzzing", "Mutated input", text)
    sys.exit(any(one.failures for one in found.values()))


if __name__ == "__main__":
    main()
