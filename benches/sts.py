"""An AWS STS that assumes any role and checks nothing, and a round trip away: it answers after ROUND_TRIP."""

import base64
import contextlib
import random
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROUND_TRIP = 0.1  # seconds

# As long as AWS's own, which have several hundred characters. Every one of them is signed and printed.
SESSION_TOKEN = base64.b64encode(random.Random(1).randbytes(600)).decode()

ANSWER = """\
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><AssumedRoleId>AROA3XFRBF535PLBIFPI4:bench</AssumedRoleId>
<Arn>arn:aws:sts::111122223333:assumed-role/Deployer/bench</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
<SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</SecretAccessKey>
<SessionToken>{token}</SessionToken><Expiration>{expiration:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials>
</AssumeRoleResult><ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata>
</AssumeRoleResponse>
"""


class Sts(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024  # whoever comes while it is full waits a second before he comes again

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []  # who asked; a list, since its append is safe among threads

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(self.client_address)
        time.sleep(ROUND_TRIP)
        expiration = datetime.now(timezone.utc) + timedelta(hours=1)
        answer = ANSWER.format(token=SESSION_TOKEN, expiration=expiration).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def running():
    """An STS on loopback. Once it is gone, its port refuses."""
    with Sts() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
