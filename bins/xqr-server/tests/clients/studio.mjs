// A client of the studio dialect in plain JavaScript, as its users write them: pictures, a batch, a sign-in, a dynamic QR, a webhook.
//
// Usage: node studio.mjs BASE_URL WEBHOOK_PORT GATEWAY_URL. It asserts what it is promised, and prints what it has seen as JSON.

import assert from "node:assert/strict";
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const RETRIES = 3;
const LONGEST_WAIT = 120;

class Refused extends Error {
  constructor(status, body) {
    super(`${status}: ${body.slice(0, 500)}`);
    Object.assign(this, { status, body });
  }
  json() {
    return JSON.parse(this.body);
  }
}

// 429 and 5xx are tried again, three times at most: after `Retry-After` where the answer has one, else after one second, two and four,
// give or take a half. Whoever is told to come back next month does not wait.
class Client {
  constructor(base, headers = {}, firstPause = 1) {
    Object.assign(this, { base, headers, firstPause, waits: [] });
  }
  async call(method, path, body, headers = {}) {
    const url = path.startsWith("http") ? path : this.base + path;
    const isForm = body instanceof FormData;
    const kind = body === undefined || isForm ? {} : { "Content-Type": "application/json" };
    for (let attempt = 0; ; attempt++) {
      const answer = await fetch(url, {
        method,
        headers: { ...this.headers, ...kind, ...headers },
        body: body === undefined || isForm ? body : JSON.stringify(body),
        redirect: "manual",
        signal: AbortSignal.timeout(120_000),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (answer.status < 400) return { status: answer.status, headers: answer.headers, bytes };
      const told = answer.headers.get("retry-after");
      const wait = told ? Number(told) : this.firstPause * 2 ** attempt * (0.5 + Math.random());
      const mayHelp = answer.status === 429 || answer.status >= 500;
      if (attempt === RETRIES || !mayHelp || wait > LONGEST_WAIT) throw new Refused(answer.status, bytes.toString());
      this.waits.push([answer.status, wait]);
      await new Promise((done) => setTimeout(done, wait * 1000));
    }
  }
  async json(method, path, body, headers) {
    const { bytes } = await this.call(method, path, body, headers);
    return bytes.length ? JSON.parse(bytes) : null;
  }
}

// A header that makes a post safe to repeat.
const once = () => ({ "Idempotency-Key": randomUUID() });

// A red BMP of 32 × 32 px.
function logo() {
  const px = Buffer.alloc(32 * 32 * 3, Buffer.from([0x1e, 0x1e, 0xc8]));
  const head = Buffer.alloc(54);
  head.write("BM");
  [[2, 54 + px.length], [10, 54], [14, 40], [18, 32], [22, 32], [34, px.length], [38, 2835], [42, 2835]].forEach(([at, value]) =>
    head.writeUInt32LE(value, at),
  );
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return Buffer.concat([head, px]);
}

// The entries of a ZIP, as its central directory lists them.
function unzip(zip) {
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const [method, packed, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const local = zip.readUInt32LE(at + 42);
    const entry = { name: zip.toString("utf8", at + 46, at + 46 + name), method, size };
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    entry.bytes = zip.subarray(data, data + packed);
    at += 46 + name + extra + comment;
    return entry;
  });
}

function isGenuine(secret, header, body, tolerance = 300) {
  const parts = Object.fromEntries((header ?? "").split(",").map((part) => part.split("=")));
  const mine = createHmac("sha256", secret).update(`${parts.t}.`).update(body).digest();
  const theirs = Buffer.from(parts.v1 ?? "", "hex");
  const isFresh = Math.abs(Date.now() / 1000 - Number(parts.t)) <= tolerance;
  return isFresh && mine.length === theirs.length && timingSafeEqual(mine, theirs);
}

function pngSide(png) {
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  assert.equal(png.readUInt32BE(16), png.readUInt32BE(20));
  return png.readUInt32BE(16);
}

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  throw new Error("this should have been refused");
}

const [base, port, gateway] = process.argv.slice(2);
const seen = {};
const guest = new Client(base);
const person = new Client(base);
{
  const account = { email: "ann@example.com", password: "correct horse battery" };
  await guest.json("POST", "/api/auth/signup/", account);
  const session = await guest.json("POST", "/api/auth/login/", account);
  person.headers = { Authorization: `Bearer ${session.access}` };
}
const key = await person.json("POST", "/api/v1/keys/", { name: "sample", plan: "pro" }, once());
assert.match(key.raw_key, /^smk_[A-Za-z0-9_-]{36}$/);
const studio = new Client(base, { "X-Api-Key": key.raw_key });

// Pictures.
const wish = { data: "https://example.com/menu", size_inches: 2, background: "white", pattern: "dot" };
const picture = await studio.call("POST", "/api/v1/generate/", wish);
seen.generate = [picture.headers.get("content-type"), picture.headers.get("x-qr-cache"), pngSide(picture.bytes)];
const form = new FormData();
Object.entries({ ...wish, logo_neon_alpha: true }).forEach(([name, value]) => form.append(name, String(value)));
form.append("logo_file", new Blob([logo()], { type: "image/bmp" }), "logo.bmp");
const withLogo = await studio.call("POST", "/api/v1/generate/", form);
assert.notDeepEqual(withLogo.bytes, picture.bytes);
seen.form = [withLogo.headers.get("content-type"), withLogo.headers.get("x-qr-cache"), pngSide(withLogo.bytes)];

// A batch.
const items = ["png", "svg", "png"].map((format, n) => ({ data: `https://example.com/${n}`, size_inches: 1, format }));
const archive = unzip((await studio.call("POST", "/api/v1/generate/bulk/", { items })).bytes);
const listing = archive.find((entry) => entry.name === "manifest.json");
assert.equal(listing.method, 0);
const manifest = JSON.parse(listing.bytes);
for (const item of manifest.items) assert.equal(archive.find((entry) => entry.name === item.filename).size, item.bytes);
seen.bulk = [manifest.count, manifest.items.map((item) => item.filename)];

// A check without a picture, and a refusal.
seen.valid = (await studio.json("POST", "/api/v1/validate/", wish)).valid;
const rouge = await refusal(studio.call("POST", "/api/v1/validate/", { ...wish, color: "rouge" }));
seen.refused = [rouge.status, rouge.json()];
seen.used = (await studio.json("GET", "/api/v1/usage/")).used_this_month;

// A webhook, a dynamic QR, a scan.
const events = ["dynamic_qr.created", "dynamic_qr.updated", "scan.created"];
let secret;
const heard = [];
let tellAll;
const allHeard = new Promise((done, fail) => {
  tellAll = done;
  setTimeout(() => fail(new Error(`heard only ${JSON.stringify(heard)}`)), 60_000).unref();
});
const server = createServer((request, answer) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    const signature = request.headers["x-qrstudio-signature"];
    const genuine = isGenuine(secret, signature, body) && !isGenuine(secret, signature, Buffer.concat([body, Buffer.from(" ")]));
    answer.writeHead(genuine ? 200 : 401).end();
    heard.push([JSON.parse(body).type, genuine]);
    if (heard.length === events.length) tellAll();
  });
});
await new Promise((done) => server.listen(Number(port), "127.0.0.1", done));
const hook = await person.json("POST", "/api/v1/webhooks/", { url: `http://127.0.0.1:${port}/hook`, events }, once());
secret = hook.secret;
const again = once();
const menu = { name: "Menu", destination_url: "https://example.com/spring" };
const made = await person.json("POST", "/api/v1/dynamic/", menu, again);
assert.deepEqual(await person.json("POST", "/api/v1/dynamic/", menu, again), made, "a post that is repeated makes nothing new");
const change = { destination_url: "https://example.com/summer" };
assert.equal((await person.json("PATCH", `/api/v1/dynamic/${made.short_id}/`, change)).destination_changes_count, 1);
const scan = await guest.call("GET", made.public_url);
seen.scan = [scan.status, scan.headers.get("location"), scan.headers.get("cache-control")];
await allHeard;
seen.heard = heard.sort();
// The scan was told, so it has been counted.
const analytics = await person.json("GET", `/api/v1/dynamic/${made.short_id}/analytics/`);
seen.scans = [analytics.total_scans, analytics.by_day.reduce((sum, day) => sum + day.count, 0)];
const { results } = await person.json("GET", `/api/v1/webhooks/${hook.id}/deliveries/`);
assert.deepEqual(results.map((delivery) => delivery.event).sort(), events);

// Limits: 60 calls a minute, and more for who waits as told.
const small = await person.json("POST", "/api/v1/keys/", { name: "small", plan: "free" }, once());
const hasty = new Client(base, { "X-Api-Key": small.raw_key });
for (let n = 0; n < 62; n++) await hasty.call("GET", "/api/v1/usage/");
assert.ok(hasty.waits.length > 0 && hasty.waits.every(([status, wait]) => status === 429 && wait >= 1), JSON.stringify(hasty.waits));

// A gateway that fails twice, and one that always does.
const patient = new Client(gateway, {}, 0.02);
assert.deepEqual(await patient.json("GET", "/sometimes"), { status: "ok" });
assert.equal(patient.waits.length, 2);
seen.gave_up = [(await refusal(patient.call("GET", "/never"))).status, patient.waits.length - 2];

// The end of a key.
await person.call("DELETE", `/api/v1/keys/${key.id}/`);
const dead = await refusal(studio.call("GET", "/api/v1/usage/"));
seen.revoked = [dead.status, dead.json()];
console.log(JSON.stringify(seen));
server.close();
server.closeAllConnections();
