"""A client of the studio dialect in plain Python, as its users write them: pictures, a batch, a sign-in, a dynamic QR, a webhook.

Usage: studio.py BASE_URL WEBHOOK_PORT GATEWAY_URL. It asserts what it is promised, and prints what it has seen as JSON.
"""

import hashlib
import hmac
import http.server
import io
import json
import queue
import random
import struct
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
import zipfile

try:
    import requests
except ImportError:
    requests = None

RETRIES = 3
LONGEST_WAIT = 120


class Refused(Exception):
    def __init__(self, status, headers, body):
        super().__init__(f"{status}: {body[:500]}")
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Client:
    """Calls with the same headers. 429 and 5xx are tried again, three times at most: after `Retry-After` where the answer has one,
    else after one second, two and four, give or take a half. Whoever is told to come back next month does not wait."""

    def __init__(self, base, headers=None, first_pause=1.0):
        self.base, self.headers, self.first_pause = base, headers or {}, first_pause
        self.waits = []
        self.opener = urllib.request.build_opener(NoRedirects, urllib.request.ProxyHandler({}))

    def call(self, method, path, body=None, headers=None):
        url = path if path.startswith("http") else self.base + path
        headers = {**self.headers, **(headers or {})}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        for attempt in range(RETRIES + 1):
            request = urllib.request.Request(url, body, headers, method=method)
            try:
                with self.opener.open(request, timeout=120) as answer:
                    return answer.status, answer.headers, answer.read()
            except urllib.error.HTTPError as error:
                status, told, text = error.code, error.headers, error.read()
            if 300 <= status < 400:
                return status, told, text
            wait = told.get("Retry-After")
            wait = int(wait) if wait else self.first_pause * 2**attempt * random.uniform(0.5, 1.5)
            if attempt == RETRIES or (status != 429 and status < 500) or wait > LONGEST_WAIT:
                raise Refused(status, told, text)
            self.waits.append((status, wait))
            time.sleep(wait)

    def json(self, method, path, body=None, headers=None):
        return json.loads(self.call(method, path, body, headers)[2] or "null")


def once():
    """A header that makes a post safe to repeat."""
    return {"Idempotency-Key": str(uuid.uuid4())}


def logo():
    """A red BMP of 32 × 32 px."""
    px = b"\x1e\x1e\xc8" * 32 * 32
    return b"BM" + struct.pack("<IIIIiiHHIIiiII", 54 + len(px), 0, 54, 40, 32, 32, 1, 24, 0, len(px), 2835, 2835, 0, 0) + px


def form(fields, files):
    edge = uuid.uuid4().hex
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    for name, (file, data, kind) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: {kind}\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={edge}"}


def is_genuine(secret, header, body, tolerance=300):
    parts = dict(part.split("=", 1) for part in (header or "").split(",") if "=" in part)
    mine = hmac.new(secret.encode(), f'{parts.get("t", "")}.'.encode() + body, hashlib.sha256).hexdigest()
    fresh = parts.get("t", "").isdigit() and abs(time.time() - int(parts["t"])) <= tolerance
    return fresh and hmac.compare_digest(mine, parts.get("v1", ""))


class Receiver(http.server.BaseHTTPRequestHandler):
    secret = None
    heard = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signature = self.headers["X-QRStudio-Signature"]
        genuine = is_genuine(self.secret, signature, body) and not is_genuine(self.secret, signature, body + b" ")
        self.send_response(200 if genuine else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.heard.put((genuine, json.loads(body)))

    def log_message(self, *_):
        pass


def png_side(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n", png[:50]
    width, height = struct.unpack(">II", png[16:24])
    assert width == height
    return width


def main(base, port, gateway):
    seen = {}
    guest = Client(base)
    session = guest.json("POST", "/api/auth/signup/", {"email": "ann@example.com", "password": "correct horse battery"})
    session = guest.json("POST", "/api/auth/login/", {"email": "ann@example.com", "password": "correct horse battery"})
    person = Client(base, {"Authorization": f'Bearer {session["access"]}'})
    key = person.json("POST", "/api/v1/keys/", {"name": "sample", "plan": "pro"}, once())
    assert key["raw_key"].startswith("smk_") and len(key["raw_key"]) == 40
    studio = Client(base, {"X-Api-Key": key["raw_key"]})

    # Pictures.
    wish = {"data": "https://example.com/menu", "size_inches": 2, "background": "white", "pattern": "dot"}
    _, headers, png = studio.call("POST", "/api/v1/generate/", wish)
    seen["generate"] = [headers["Content-Type"], headers["X-QR-Cache"], png_side(png)]
    body, kind = form({**wish, "logo_neon_alpha": True}, {"logo_file": ("logo.bmp", logo(), "image/bmp")})
    _, headers, with_logo = studio.call("POST", "/api/v1/generate/", body, kind)
    assert with_logo != png
    if requests:
        answer = requests.post(base + "/api/v1/generate/", headers=studio.headers, data={**wish, "logo_neon_alpha": True},
                               files={"logo_file": ("logo.bmp", logo(), "image/bmp")}, timeout=30)
        assert answer.status_code == 200 and answer.content == with_logo and answer.headers["X-QR-Cache"] == "HIT", answer.text
    seen["form"] = [headers["Content-Type"], headers["X-QR-Cache"], png_side(with_logo)]

    # A batch.
    items = [{"data": f"https://example.com/{n}", "size_inches": 1, "format": kind} for n, kind in enumerate(["png", "svg", "png"])]
    _, headers, archive = studio.call("POST", "/api/v1/generate/bulk/", {"items": items})
    archive = zipfile.ZipFile(io.BytesIO(archive))
    assert archive.testzip() is None
    manifest = json.loads(archive.read("manifest.json"))
    assert archive.getinfo("manifest.json").compress_type == zipfile.ZIP_STORED
    assert [len(archive.read(item["filename"])) for item in manifest["items"]] == [item["bytes"] for item in manifest["items"]]
    seen["bulk"] = [manifest["count"], [item["filename"] for item in manifest["items"]]]

    # A check without a picture, and a refusal.
    seen["valid"] = studio.json("POST", "/api/v1/validate/", wish)["valid"]
    try:
        studio.call("POST", "/api/v1/validate/", {**wish, "color": "rouge"})
        raise AssertionError("rouge is no colour")
    except Refused as refused:
        seen["refused"] = [refused.status, refused.json()]
    seen["used"] = studio.json("GET", "/api/v1/usage/")["used_this_month"] - (1 if requests else 0)

    # A webhook, a dynamic QR, a scan.
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    events = ["dynamic_qr.created", "dynamic_qr.updated", "scan.created"]
    hook = person.json("POST", "/api/v1/webhooks/", {"url": f"http://127.0.0.1:{port}/hook", "events": events}, once())
    Receiver.secret = hook["secret"]
    again = once()
    wish = {"name": "Menu", "destination_url": "https://example.com/spring"}
    made = person.json("POST", "/api/v1/dynamic/", wish, again)
    assert person.json("POST", "/api/v1/dynamic/", wish, again) == made, "a post that is repeated makes nothing new"
    changed = person.json("PATCH", f'/api/v1/dynamic/{made["short_id"]}/', {"destination_url": "https://example.com/summer"})
    assert changed["destination_changes_count"] == 1
    status, headers, _ = guest.call("GET", made["public_url"])
    seen["scan"] = [status, headers["Location"], headers["Cache-Control"]]
    heard = [Receiver.heard.get(timeout=60) for _ in events]
    seen["heard"] = sorted((event["type"], genuine) for genuine, event in heard)
    # The scan was told, so it has been counted.
    analytics = person.json("GET", f'/api/v1/dynamic/{made["short_id"]}/analytics/')
    seen["scans"] = [analytics["total_scans"], sum(day["count"] for day in analytics["by_day"])]
    deliveries = person.json("GET", f'/api/v1/webhooks/{hook["id"]}/deliveries/')["results"]
    assert sorted(delivery["event"] for delivery in deliveries) == sorted(events)

    # Limits: 60 calls a minute, and more for who waits as told.
    small = person.json("POST", "/api/v1/keys/", {"name": "small", "plan": "free"}, once())
    hasty = Client(base, {"X-Api-Key": small["raw_key"]})
    for _ in range(62):
        hasty.call("GET", "/api/v1/usage/")
    assert hasty.waits and all(status == 429 and wait >= 1 for status, wait in hasty.waits), hasty.waits

    # A gateway that fails twice, and one that always does.
    patient = Client(gateway, first_pause=0.02)
    assert patient.json("GET", "/sometimes") == {"status": "ok"} and len(patient.waits) == 2
    try:
        patient.call("GET", "/never")
        raise AssertionError("it never works")
    except Refused as refused:
        seen["gave_up"] = [refused.status, len(patient.waits) - 2]

    # The end of a key.
    person.call("DELETE", f'/api/v1/keys/{key["id"]}/')
    try:
        studio.call("GET", "/api/v1/usage/")
        raise AssertionError("a revoked key works")
    except Refused as refused:
        seen["revoked"] = [refused.status, refused.json()]
    print(json.dumps(seen))


main(*sys.argv[1:])
