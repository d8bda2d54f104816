"""The version of the model, apart from the package's.

The package's version (pyproject.toml) says what a user may call; the model's says which numbers come out. Major: the
mechanisms or the meaning of a variable changed. Minor: numbers changed by facts, parameters or calibration. Patch: a
mistake was mended. Each version's outcomes are saved in ``experiments/baseline``, and CHANGELOG.md says why they moved.
"""

MODEL = "0.1.0"
