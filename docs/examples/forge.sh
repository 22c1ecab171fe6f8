#!/bin/sh
# The quickstart of QRForge's documentation against your own server: a project, a QR code in it, a new destination, pages.
# Usage: XQR_URL=http://127.0.0.1:8080 XQR_KEY=... sh docs/examples/forge.sh
set -eu

call() {
    method=$1
    path=$2
    shift 2
    curl -sS --fail-with-body -X "$method" "$XQR_URL/v1/$path" -H "x-api-key: $XQR_KEY" -H "Content-Type: application/json" "$@"
}
# Prints the member $1 of the JSON object on standard input.
member() {
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

project=$(call POST projects -d '{"name":"API Project Alpha","description":"Made by a script"}' | member project_id)
echo "project $project"

made=$(call POST qr-codes -d "{\"name\":\"API happy path\",\"redirect_url\":\"https://example.com/api-happy\",\"type\":\"url\",\"project_id\":\"$project\"}")
id=$(printf %s "$made" | member qr_id)
slug=$(printf %s "$made" | member slug)
echo "QR code $id leads from /$slug"

call GET "qr-codes?page_size=2&project_id=$project"
echo

call PATCH "qr-codes/$id" -d '{"redirect_url":"https://example.com/new"}' > /dev/null
echo "the redirect follows at once:"
curl -sSI "$XQR_URL/$slug" | grep -i '^location:'

curl -sS --fail-with-body -o "$slug.svg" "$XQR_URL/qr/$slug.svg"
echo "the picture is in $slug.svg"

call PATCH "qr-codes/$id" -d '{"status":"archived"}' > /dev/null
echo "archived: the code answers $(curl -sS -o /dev/null -w '%{http_code}' "$XQR_URL/$slug")"
