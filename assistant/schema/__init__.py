"""The value types that travel between the parts. All are frozen; none knows a framework."""
