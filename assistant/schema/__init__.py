"""Value types that travel between the packages. All are frozen; none knows a framework."""
