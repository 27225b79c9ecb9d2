"""Who may reach the page, log in, upload, and what a browser may do with it: the parts, in one place."""

from assistant.web.guards import HostGuard, LoginGuard, OwnUploads, SecurityHeaders, content_security_policy
from assistant.web.hosts import AllowedHosts, check_binding, is_loopback
from assistant.web.passwords import LoginLimit, check_password_hash, hash_password, login_check, verify_password
from assistant.web.uploads import UploadPolicy, display_name, safe_name

__all__ = [
    "AllowedHosts",
    "HostGuard",
    "LoginGuard",
    "LoginLimit",
    "OwnUploads",
    "SecurityHeaders",
    "UploadPolicy",
    "check_binding",
    "check_password_hash",
    "content_security_policy",
    "display_name",
    "hash_password",
    "is_loopback",
    "login_check",
    "safe_name",
    "verify_password",
]
