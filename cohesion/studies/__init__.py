"""Studies: batches of runs, their analysis, and questions asked of the model as a whole."""
