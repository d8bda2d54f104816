"""How fast the simulation is, beside the way in which a model of this kind is usually written."""
