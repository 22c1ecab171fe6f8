"""A client of the hub API that retries as its documentation says: on 429 and 5xx only, after Retry-After seconds or 2^attempt.

Usage: XQR_URL=http://127.0.0.1:8080 XQR_KEY=... python3 docs/examples/hub_client.py [HOW_MANY]
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

ATTEMPTS = 5
LONGEST = 30


class HubError(Exception):
    """A refusal: status, text, and the request id that support asks for."""

    def __init__(self, status, body):
        try:
            body = json.loads(body)
        except ValueError:
            body = {}
        self.status, self.request_id = status, body.get("request_id")
        super().__init__(f"{status}: {body.get('error', 'no text')}")


def call(path, body, attempt=0):
    """Posts a body and returns the answer's."""
    request = urllib.request.Request(
        f"{os.environ['XQR_URL']}/api/{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "X-API-Key": os.environ["XQR_KEY"]},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code != 429 and error.code < 500 or attempt + 1 >= ATTEMPTS:
            raise HubError(error.code, error.read()) from None
        wait = int(error.headers.get("Retry-After") or 2**attempt)
        print(f"{error.code}: again in {wait} s", file=sys.stderr)
        time.sleep(min(wait, LONGEST))
        return call(path, body, attempt + 1)


def main():
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    for number in range(how_many):
        print(call("shorten", {"url": f"https://example.com/{number}"})["short_url"])


if __name__ == "__main__":
    main()
