"""The report: what an ensemble or a batch found, as one file that needs nothing else.

`material` gathers the numbers, `ensemble` and `batch` put them into words, figures and tables (`parts`), `page` makes
HTML of these, and `pdf` prints it.
"""
