"use strict";
// Unpacks, out of Ghost's package, the files that speak to Mailgun. All the rest of it is a website that nobody needs here.

const { execFileSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, rmSync } = require("node:fs");
const path = require("node:path");

const PACKAGE = "ghost@6.65.0";
const SHA512 = "D369qivOmfn4YwvBD1DljOGsHnJzBEQhBsiFnBZD+GjWrBpdZQYYNHneiQcKQVJwUom8eHWml1n5FRLQIwVFOg==";
const FILES = [
  "core/server/services/lib/mailgun-client.js",
  "core/server/services/lib/mailgun-recipient-message-id.js",
  "core/server/services/email-service/mailgun-email-provider.js",
  "core/server/services/email-analytics/fetch-mailgun-events.js",
];

const modules = path.join(__dirname, "node_modules");
const into = path.join(modules, "ghost");
const packed = execFileSync("npm", ["pack", PACKAGE, "--silent", "--pack-destination", modules], { encoding: "utf8" });
const archive = path.join(modules, packed.trim().split("\n").pop());
if (createHash("sha512").update(readFileSync(archive)).digest("base64") !== SHA512) {
  throw new Error(`${PACKAGE} is not the package that was looked at`);
}
mkdirSync(into, { recursive: true });
const wanted = FILES.map((file) => `package/${file}`);
execFileSync("tar", ["-xzf", archive, "-C", into, "--strip-components=1", ...wanted]);
rmSync(archive);
