"""``python -m cohesion`` is the command line."""

from cohesion.cli import main

main()
