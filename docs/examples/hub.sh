#!/bin/sh
# The worked example of QuickResponseHub's documentation against your own server: shorten, update, redirect, look up.
# Usage: XQR_URL=http://127.0.0.1:8080 XQR_KEY=... sh docs/examples/hub.sh
set -eu

post() {
    curl -sS --fail-with-body -X POST "$XQR_URL/api/$1" -H "X-API-Key: $XQR_KEY" -H "Content-Type: application/json" -d "$2"
}
# Prints the member $1 of the JSON object on standard input.
member() {
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

made=$(post shorten '{"url":"https://example.com/v1"}')
code=$(printf %s "$made" | member code)
passcode=$(printf %s "$made" | member passcode)
echo "made $code; its passcode is shown this once"

post update "{\"code\":\"$code\",\"passcode\":\"$passcode\",\"url\":\"https://example.com/v2\"}"
echo

echo "the redirect follows at once:"
curl -sSI "$XQR_URL/$code" | grep -i '^location:'

# A scan is on disk before its redirect is answered, and counted a moment later.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    found=$(curl -sS --fail-with-body "$XQR_URL/api/lookup/$code")
    case $found in *'"hit_count":1'*) break ;; esac
    sleep 0.2
done
echo "$found"

curl -sS --fail-with-body -o "$code.png" "$XQR_URL/api/qr-image/$code?size=300"
echo "the picture is in $code.png"
