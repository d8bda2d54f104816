"""Settings for all tests: property tests are repeatable, and not timed on a shared machine."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "cohesion", deadline=None, derandomize=True, print_blob=False, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("cohesion")
