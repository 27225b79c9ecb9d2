"""Results to numbers: aggregates, calibration, intervals and tests."""
