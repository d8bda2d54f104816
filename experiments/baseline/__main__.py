"""Save the numbers of the present version of the model, or say how they differ from the saved ones.

python -m experiments.baseline           what differs
python -m experiments.baseline --save    save a new version, or the digests of another processor
"""

import argparse
import json
import sys

from experiments.baseline import saved


def main():
    """Compare, and save where asked and allowed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--save", action="store_true")
    save = parser.parse_args().save
    found = saved.numbers()
    known = saved.read() if saved.path().exists() else None
    lines = saved.differences(known, found) if known else [f"model {saved.MODEL} has no saved numbers"]
    print("\n".join(lines) or f"model {saved.MODEL}: no number differs ({saved.arithmetic()})")
    if not save:
        sys.exit(bool(lines))
    if known and lines:
        sys.exit("Not saved. If the change is meant: raise MODEL in cohesion/version.py and give the reason.")
    if saved.reason() is None:
        sys.exit(f"Not saved. CHANGELOG.md has no section '### Model {saved.MODEL}' that gives the reason.")
    text = json.dumps(saved.record(found, known), indent=1) + "\n"
    saved.path().write_text(text, encoding="utf-8", newline="\n")
    print(f"saved {saved.path().name}")


if __name__ == "__main__":
    main()
