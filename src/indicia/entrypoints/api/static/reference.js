// Shows /openapi.json as a page. Whatever it says becomes text nodes, never markup.

const FORM_TYPES = ["multipart/form-data", "application/x-www-form-urlencoded"];

const api = await (await fetch("/openapi.json")).json();

/** Make an element; attributes that name listeners ("onclick") are functions, children are nodes or text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== undefined));
  return element;
}

/** Turn `code` between backticks into elements. */
function prose(text = "") {
  return text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));
}

function pretty(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** Follow a reference to what it names. */
function followed(value) {
  if (!value?.$ref) return value;
  return value.$ref.slice(2).split("/").reduce((target, part) => target[part.replaceAll("~1", "/")], api);
}

function typeOf(schema) {
  const target = followed(schema) ?? {};
  if (target.const !== undefined) return JSON.stringify(target.const);
  if (target.enum) return target.enum.join(" | ");
  if (target.anyOf) return target.anyOf.filter((choice) => choice !== true).map(typeOf).join(" | ");
  if (target.type === "array") return `array of ${typeOf(target.items)}`;
  return [target.type ?? "any"].flat().join(" | ");
}

function limitsOf(schema) {
  const limits = [];
  if (schema.default !== undefined) limits.push(`default ${JSON.stringify(schema.default)}`);
  if (schema.maxLength) limits.push(`up to ${schema.maxLength} characters`);
  if (schema.maxItems) limits.push(`${schema.minItems} to ${schema.maxItems}`);
  return limits.join(", ");
}

function fieldRow(name, schema, isRequired, description) {
  const target = followed(schema) ?? {};
  const inner = target.type === "array" ? followed(target.items) : target;
  return make(
    "tr",
    {},
    make("td", {}, make("code", {}, name), isRequired ? make("div", { class: "quiet" }, "required") : undefined),
    make("td", { class: "quiet" }, make("div", {}, typeOf(target)), limitsOf(target)),
    make("td", {}, prose(description ?? target.description ?? inner.description), inner?.properties ? fieldsOf(inner) : undefined),
  );
}

/** List an object's fields; objects in it are folded. */
function fieldsOf(schema, isOpen = false) {
  const target = followed(schema);
  const rows = Object.entries(target.properties ?? {}).map(([name, field]) =>
    fieldRow(name, field, target.required?.includes(name)),
  );
  if (rows.length === 0) return [];
  const table = make("table", {}, make("tbody", {}, rows));
  return isOpen ? [table] : [make("details", {}, make("summary", { class: "quiet" }, "Fields"), table)];
}

function parametersOf(item, operation) {
  return [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(followed);
}

function parameterTable(parameters) {
  if (parameters.length === 0) return [];
  const rows = parameters.map((parameter) =>
    fieldRow(parameter.name, parameter.schema, parameter.required, `In ${parameter.in}. ${parameter.description ?? ""}`),
  );
  return [make("h4", {}, "Parameters"), make("table", {}, make("tbody", {}, rows))];
}

function bodyFields(operation) {
  const body = followed(operation.requestBody);
  if (!body) return [];
  // Encodings of the same fields are shown once.
  const seen = new Map();
  for (const [type, media] of Object.entries(body.content)) {
    for (const schema of media.schema.anyOf ?? [media.schema]) {
      seen.set(schema.$ref, { schema, types: [...(seen.get(schema.$ref)?.types ?? []), type] });
    }
  }
  return [...seen.values()].flatMap(({ schema, types }) => [
    make("h4", {}, `${schema.$ref.split("/").pop()}: ${types.join(", ")}`),
    make("p", {}, prose(followed(schema).description)),
    ...fieldsOf(schema, true),
  ]);
}

function examplesOf(media) {
  if (media?.examples) return Object.values(media.examples).map((example) => example.value);
  return media?.example === undefined ? [] : [media.example];
}

function responseRow(status, response) {
  const [type, media] = Object.entries(response.content ?? {})[0] ?? [];
  const headers = Object.keys(response.headers ?? {}).join(", ");
  const details = [
    ...examplesOf(media).map((example) => make("pre", {}, pretty(example))),
    ...(media?.schema.anyOf ?? [media?.schema ?? {}]).flatMap((schema) => fieldsOf(schema)),
    headers ? make("p", { class: "quiet" }, `Headers: ${headers}`) : undefined,
  ];
  return make(
    "details",
    {},
    make("summary", {}, make("code", {}, status), " ", ...prose(response.description), " ",
      make("span", { class: "quiet" }, type ?? "")),
    details,
  );
}

function responsesOf(operation) {
  const rows = Object.entries(operation.responses).map(([status, response]) => responseRow(status, followed(response)));
  return [make("h4", {}, "Responses"), ...rows];
}

function needsKey(operation) {
  return (operation.security ?? api.security).length > 0;
}

/** Forms are edited as lines of name=value, JSON as it is. */
function asText(type, example) {
  if (!FORM_TYPES.includes(type)) return pretty(example);
  return Object.entries(example).map(([name, value]) => `${name}=${value}`).join("\n");
}

function asBody(type, text) {
  if (!FORM_TYPES.includes(type)) return text;
  const form = type === FORM_TYPES[0] ? new FormData() : new URLSearchParams();
  for (const line of text.split("\n").filter((line) => line.includes("="))) {
    form.append(line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1));
  }
  return form;
}

function shellQuoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function curlOf(path, method, operation) {
  const lines = [`curl -X ${method.toUpperCase()} ${shellQuoted(location.origin + path)}`];
  if (needsKey(operation)) lines.push("-H 'ov-token: YOUR_API_KEY'");
  const [type, media] = Object.entries(followed(operation.requestBody)?.content ?? {})[0] ?? [];
  if (type) {
    lines.push(`-H ${shellQuoted(`Content-Type: ${type}`)}`);
    lines.push(`-d ${shellQuoted(JSON.stringify(examplesOf(media)[0]))}`);
  }
  return lines.join(" \\\n  ");
}

async function send(path, method, operation, inputs, body) {
  const headers = {};
  const key = document.getElementById("key").value.trim();
  if (needsKey(operation) && key) headers["ov-token"] = key;
  for (const { parameter, input } of inputs) {
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value) headers[parameter.name] = input.value;
  }
  // A browser writes the boundary of a multipart form into the type by itself.
  if (body && body.type !== FORM_TYPES[0]) headers["Content-Type"] = body.type;
  const began = performance.now();
  const response = await fetch(path, { method: method.toUpperCase(), headers, body: body && asBody(body.type, body.text) });
  const text = await response.text();
  const took = Math.round(performance.now() - began);
  const shown = ["location", "retry-after", "ratelimit", "x-request-id"]
    .filter((name) => response.headers.has(name))
    .map((name) => `${name}: ${response.headers.get(name)}`);
  const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
  return {
    ok: response.ok,
    head: `${response.status} ${response.statusText} in ${took} ms\n${shown.join("\n")}`,
    text: isJson ? pretty(JSON.parse(text)) : text,
  };
}

function bodyInputs(content) {
  const type = make("select", {}, Object.keys(content).map((name) => make("option", {}, name)));
  const text = make("textarea", { spellcheck: "false" });
  const fill = () => {
    text.value = asText(type.value, examplesOf(content[type.value])[0]);
  };
  type.addEventListener("change", fill);
  fill();
  return { type, text };
}

function tryIt(path, method, item, operation) {
  const inputs = parametersOf(item, operation).map((parameter) => ({
    parameter,
    input: make("input", { required: parameter.required, spellcheck: "false" }),
  }));
  const content = followed(operation.requestBody)?.content;
  const body = content && bodyInputs(content);
  const button = make("button", {}, "Send");
  const result = make("div", { role: "status" });
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const answer = await send(path, method, operation, inputs, body && { type: body.type.value, text: body.text.value });
      result.replaceChildren(make("pre", { class: answer.ok ? "" : "bad" }, answer.head), make("pre", {}, answer.text));
    } catch (error) {
      result.replaceChildren(make("p", { class: "bad" }, String(error)));
    } finally {
      button.disabled = false;
    }
  };
  const form = make(
    "form",
    { onsubmit: submit },
    inputs.map(({ parameter, input }) => make("label", {}, parameter.name, input)),
    body ? [make("label", {}, "Content-Type", body.type), make("label", {}, "Body", body.text)] : [],
    button,
    result,
  );
  return make("details", {}, make("summary", {}, "Try it"), form);
}

function operationSection(path, method, item, operation) {
  // What lives on another host cannot be tried from here.
  const isHere = item.servers === undefined;
  return make(
    "section",
    { id: operation.operationId },
    make("h3", {}, operation.summary),
    make("div", { class: "path" }, make("span", { class: `method ${method}` }, method.toUpperCase()),
      (isHere ? "" : item.servers[0].url) + path),
    make("p", {}, prose(operation.description)),
    parameterTable(parametersOf(item, operation)),
    bodyFields(operation),
    responsesOf(operation),
    isHere ? [make("h4", {}, "Sample"), make("pre", {}, curlOf(path, method, operation)), tryIt(path, method, item, operation)] : [],
    Object.values(operation.callbacks ?? {}).flatMap((callback) =>
      Object.values(callback).flatMap((pushed) => webhookSection(pushed.post)),
    ),
  );
}

function webhookSection(operation) {
  const [media] = Object.values(operation.requestBody.content);
  return [
    make("h4", {}, "Webhook"),
    make("p", {}, prose(operation.description)),
    make("table", {}, make("tbody", {}, operation.parameters.map((parameter) =>
      fieldRow(parameter.name, parameter.schema, parameter.required, parameter.description)))),
    make("pre", {}, pretty(media.example)),
    ...fieldsOf(media.schema),
    ...Object.entries(operation.responses).map(([status, response]) => responseRow(status, response)),
  ];
}

function operationsOf(tag) {
  return Object.entries(api.paths).flatMap(([path, item]) =>
    ["get", "post", "put", "delete"]
      .filter((method) => item[method]?.tags.includes(tag))
      .map((method) => ({ path, method, item, operation: item[method] })),
  );
}

const contents = api.tags.flatMap((tag) => [
  make("li", { class: "group" }, tag.name),
  ...operationsOf(tag.name).map(({ operation }) =>
    make("li", {}, make("a", { href: `#${operation.operationId}` }, operation.summary)),
  ),
]);
document.getElementById("contents").replaceChildren(make("ul", {}, contents));
document.getElementById("reference").replaceChildren(
  make("p", {}, prose(api.info.description)),
  make("p", { class: "quiet" }, `Version ${api.info.version}. For programs: `, make("a", { href: "/openapi.json" }, "openapi.json")),
  ...api.tags.flatMap((tag) => [
    make("h2", {}, tag.name),
    ...(tag.description ? [make("p", {}, prose(tag.description))] : []),
    ...operationsOf(tag.name).map(({ path, method, item, operation }) => operationSection(path, method, item, operation)),
  ]),
);
// The place that the address names has only just been made.
document.getElementById(location.hash.slice(1))?.scrollIntoView();
