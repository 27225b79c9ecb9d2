"""Who may reach the page, log in and upload, and what a browser may do with it."""
