"""The dashboard: Solara pages over `cohesion_viz.engine` and `cohesion_viz.view`; see ``cohesion dashboard``."""
