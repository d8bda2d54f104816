"""Charts of what `cohesion` simulates; the simulation itself needs nothing from here."""
