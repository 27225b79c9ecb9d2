"""Web security: authentication, rate limits, upload limits, allowed hosts, security headers, redaction."""
