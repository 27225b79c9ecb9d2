"""Language models: one client for every endpoint, the embedded engine among them."""
