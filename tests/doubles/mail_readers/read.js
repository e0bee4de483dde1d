// Reads mails for the tests, one JSON object a line: {"message": base64, "records": {name: text}} in, what two libraries
// that know nothing of Indicia make of it out.
"use strict";

const { createHash } = require("crypto");
const { createInterface } = require("readline");
const { dkimVerify } = require("mailauth/lib/dkim/verify");
const { simpleParser } = require("mailparser");

const OPTIONS = { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true };

function addresses(field) {
  // A field that stands there twice is an array.
  const mailboxes = [field ?? []].flat().flatMap((each) => each.value);
  return mailboxes.map((each) => ({ name: each.name, address: each.address }));
}

function attachment(file) {
  return {
    name: file.filename ?? null,
    type: file.contentType,
    disposition: file.contentDisposition,
    cid: file.cid ?? null,
    related: Boolean(file.related),
    sha256: createHash("sha256").update(file.content).digest("hex"),
  };
}

async function parsed(message) {
  const mail = await simpleParser(message, OPTIONS);
  return {
    fields: mail.headerLines.map((each) => each.key),
    subject: mail.subject ?? "",
    from: addresses(mail.from),
    to: addresses(mail.to),
    cc: addresses(mail.cc),
    replyTo: addresses(mail.replyTo),
    messageId: mail.messageId ?? null,
    text: mail.text ?? null,
    html: mail.html || null,
    attachments: mail.attachments.map(attachment),
  };
}

async function verified(message, records) {
  const resolver = async (name, type) => {
    if (type === "TXT" && records[name]) {
      return [[records[name]]];
    }
    throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
  };
  const { results } = await dkimVerify(message, { resolver });
  return results.map((each) => ({ algorithm: each.algo, selector: each.selector, status: each.status.result }));
}

async function answer(line) {
  const { message, records } = JSON.parse(line);
  const bytes = Buffer.from(message, "base64");
  return { ...(await parsed(bytes)), signatures: records ? await verified(bytes, records) : [] };
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    let reply;
    try {
      reply = await answer(line);
    } catch (error) {
      reply = { error: String(error.stack) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

main();
