"""A web server on this machine that takes webhooks, and answers as it is told to."""

import json
import ssl
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GONE = "gone"
DRIP = "drip"


class Receiver:
    """What came in, and the answers still to give: a status, (status, headers), GONE, DRIP or a function."""

    def __init__(self, server):
        self.server = server
        self.url = f"http://127.0.0.1:{server.server_port}/hook/secret-path"
        self.answers = []
        self.came = []
        self.lock = threading.Lock()

    @property
    def ids(self):
        return [json.loads(body)["id"] for _, body in self.came]

    def use_tls(self, certificate, key):
        """From now on, and under a name that the certificate is for."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}/hook"

    def next_answer(self, headers, body):
        with self.lock:
            self.came.append((dict(headers), body))
            return self.answers.pop(0) if self.answers else 200


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.receiver.next_answer(self.headers, body)
        if callable(answer):
            answer = answer()
        if answer == GONE:
            self.close_connection = True
            return
        if answer == DRIP:
            self._drip()
            return
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drip(self):
        self.close_connection = True
        for _ in range(100):
            try:
                self.wfile.write(b"H")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        pass


@contextmanager
def receiver():
    """A receiver on a port of its own."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.receiver = Receiver(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.receiver
        finally:
            server.shutdown()
            thread.join()
