"""The examples of docs/serving.md, as they stand there, in the real nginx and the real Caddy."""

import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from assistant.web.security.passwords import hash_password

PAGE = Path(__file__).resolve().parents[2] / "docs" / "serving.md"
NAME, PASSWORD = "news.example.com", "correct horse battery"


def example(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    return found


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Proxied:
    """HTTPS to a proxy on this machine, by the page's name."""

    def __init__(self, port):
        self.port = port
        self.cookies = {}

    def ask(self, method, path, body=None, **headers):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30)
        plain = socket.create_connection(("127.0.0.1", self.port), 30)
        connection.sock = context.wrap_socket(plain, server_hostname=NAME)
        sent = {"Host": f"{NAME}:{self.port}", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if method == "POST":
            sent["Origin"] = f"https://{NAME}:{self.port}"
        connection.request(method, path, body, sent | headers)
        answer = connection.getresponse()
        given = answer.headers.get_all("set-cookie") or []
        for cookie in given:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        try:
            return answer.status, given, answer.read() if answer.headers.get("content-length") else b""
        finally:
            connection.close()

    def log_in(self, password, **headers):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", "/login", urlencode({"password": password}), **form, **headers)


def wait_for(port, process):
    for _ in range(200):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, "the proxy ended"
        time.sleep(0.1)
    raise AssertionError("the proxy does not listen")


def nginx(program, folder, port, upstream):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    server = example("nginx")
    server = server.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace("127.0.0.1:7860", upstream)
    server = re.sub(r"ssl_certificate .*;", f"ssl_certificate {certificate};", server)
    server = re.sub(r"ssl_certificate_key .*;", f"ssl_certificate_key {key};", server)
    temporary = "\n".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\n"
        f"http {{ access_log off; {temporary}\n{server} }}"
    )
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]


def caddy(program, folder, port, upstream):
    own = f"{{\n admin off\n auto_https disable_redirects\n skip_install_trust\n storage file_system {folder}\n}}\n"
    server = example("caddy").replace("127.0.0.1:7860", upstream)
    server = server.replace(f"{NAME} {{", f"https://{NAME}:{port} {{\n    tls internal\n    bind 127.0.0.1", 1)
    (folder / "Caddyfile").write_text(own + server)
    return [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxied(request, tmp_path_factory, start_site):
    name = request.param.__name__
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip(f"{name} is not installed (apt-get install {name})")
    options = ("--name", NAME, "--proxy", "127.0.0.1")
    site = start_site(None, *options, ASSISTANT_PASSWORD_HASH=hash_password(PASSWORD))
    folder, port = tmp_path_factory.mktemp(name), free_port()
    command = request.param(program, folder, port, site.address.removeprefix("http://"))
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    wait_for(port, process)
    yield Proxied(port)
    process.terminate()
    process.wait(20)
    site.close()


def test_the_page_is_served_logged_in_to_and_asked(proxied):
    assert proxied.ask("GET", "/")[0] == 303
    status, given, _ = proxied.log_in(PASSWORD)
    assert status == 303
    assert given
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in given)
    status, given, page = proxied.ask("GET", "/")
    assert status == 200
    assert all("Secure" in cookie for cookie in given)
    # Gradio names the address that its script asks.
    assert f"https://{NAME}".encode() in page
    assert f"http://{NAME}".encode() not in page
    body = json.dumps({"data": [None], "fn_index": 0, "session_hash": "s"})
    assert proxied.ask("POST", "/gradio_api/queue/join", body, **{"Content-Type": "application/json"})[0] == 200
    assert proxied.ask("POST", "/logout", "", Origin="https://evil.example")[0] == 403


def test_another_name_is_not_answered(proxied):
    # Caddy itself answers what it serves no site for: with nothing.
    assert b"Password" in proxied.ask("GET", "/login")[2]
    assert b"Password" not in proxied.ask("GET", "/login", Host="evil.example")[2]


def test_a_forwarded_header_of_the_clients_own_does_not_help_guessing(proxied):
    guesser = Proxied(proxied.port)
    statuses = [guesser.log_in("guess guess", **{"X-Forwarded-For": f"10.9.9.{number}"})[0] for number in range(7)]
    assert statuses[-1] == 429
    assert proxied.log_in(PASSWORD)[0] == 303, "a browser that was in before is let in"
