"use strict";
// Calls clients of Mailgun for a test: a line of JSON in, a line of JSON out, one call after the other.

const Module = require("node:module");
const path = require("node:path");
const readline = require("node:readline");
const FormData = require("form-data");
const Mailgun = require("mailgun.js").default;

const GHOST = path.join(__dirname, "node_modules", "ghost", "core", "server", "services");
const { url, key, domain } = JSON.parse(process.argv[2]);

// What Ghost logs and measures goes nowhere, and the newest mailgun.js is not the one that Ghost has.
const quiet = new Proxy(() => () => undefined, { get: () => () => undefined });
const silenced = ["@tryghost/debug", "@tryghost/logging", "@tryghost/metrics"];
const load = Module._load;
Module._load = function (request, parent, isMain) {
  if (parent?.filename?.startsWith(GHOST)) {
    if (silenced.includes(request)) return quiet;
    if (request === "mailgun.js") return load.call(this, "ghost-mailgun.js", parent, isMain);
  }
  return load.call(this, request, parent, isMain);
};
const GhostClient = require(path.join(GHOST, "lib", "mailgun-client.js"));
const GhostProvider = require(path.join(GHOST, "email-service", "mailgun-email-provider.js"));
const { fetchMailgunEvents } = require(path.join(GHOST, "email-analytics", "fetch-mailgun-events.js"));

const mailgun = new Mailgun(FormData).client({ username: "api", key, url });
// As a site has them that was told of Mailgun on its settings page, with another base URL.
const settings = new Map([
  ["mailgun_api_key", key],
  ["mailgun_domain", domain],
  ["mailgun_base_url", `${url}/v3`],
]);
const config = new Map();
const ghost = new GhostClient({ config, settings });
const provider = new GhostProvider({ mailgunClient: ghost, config });

const calls = {
  "ghost.send": (data, options) =>
    provider.send(
      {
        ...data,
        replacementDefinitions: data.replacementDefinitions.map((each) => ({ ...each, token: new RegExp(each.token, "g") })),
      },
      { ...options, deliveryTime: options.deliveryTime && new Date(options.deliveryTime) },
    ),
  "ghost.events": async (options) => {
    const seen = [];
    const result = await fetchMailgunEvents({
      config,
      settings,
      tags: options.tags,
      begin: new Date(options.begin),
      end: new Date(options.end),
      batchHandler: async (events) => seen.push(events),
    });
    return { batches: seen, ...result };
  },
  "ghost.configure": (name, value) => config.set(name, value).size,
  "ghost.remove": (type, address) => ghost.removeSuppression(type, address),
};

function called(name, given) {
  if (Object.hasOwn(calls, name)) return calls[name](...given);
  const steps = name.split(".");
  const method = steps.pop();
  const owner = steps.reduce((found, step) => found[step], mailgun);
  return owner[method](...given.map(withFiles));
}

function withFiles(value) {
  if (value === null || typeof value !== "object") return value;
  if (typeof value.base64 === "string") return Buffer.from(value.base64, "base64");
  if (Array.isArray(value)) return value.map(withFiles);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withFiles(each)]));
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { name, given } = JSON.parse(line);
    let answer;
    try {
      answer = { result: await called(name, given) };
    } catch (error) {
      answer = { error: { status: error.status ?? error.statusCode, message: error.message, details: error.details } };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

// Deprecations that mailgun.js tells about on the console are none of the answers.
console.log = console.warn = console.info = console.error;
main();
