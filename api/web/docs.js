// The reference: every address and every shape of /v1/openapi.json, as people read it.

import { make, say } from "./dom.js";

globalThis.begun?.();
const at = (id) => document.getElementById(id);

async function read() {
  try {
    const answer = await fetch("v1/openapi.json");
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    draw(await answer.json());
  } catch (error) {
    say(at("about"), `The document could not be read. ${error.message}`);
  }
}

function draw(document_) {
  at("about").replaceChildren(prose(document_.info.description.trim()));
  for (const [path, methods] of Object.entries(document_.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const name = `${method.toUpperCase()} ${path}`;
      at("contents").append(make("li", {}, link(operation.operationId, name)));
      at("operations").append(drawOperation(name, operation));
    }
  }
  for (const [name, shape] of Object.entries(document_.components.schemas)) at("shapes").append(drawShape(name, shape));
  if (location.hash) at(location.hash.slice(1))?.scrollIntoView();
}

function link(id, text) {
  return make("a", { href: `#${id}` }, make("code", {}, text));
}

function drawOperation(name, operation) {
  const article = make("article", { class: "operation", id: operation.operationId });
  article.append(make("h3", {}, make("code", {}, name)), make("p", {}, prose(operation.description ?? operation.summary)));
  const parameters = operation.parameters ?? [];
  if (parameters.length) article.append(make("h4", {}, "Parameters"), list(parameters.map(tellParameter)));
  article.append(make("h4", {}, "Answers"), list(Object.entries(operation.responses).map(tellAnswer)));
  return article;
}

function tellParameter({ name, required, schema, description }) {
  const fallback = schema.default === undefined || schema.default === null ? "" : ` = ${schema.default}`;
  return [name, [...typed(schema), `${fallback}${required ? ", required" : ""} `, prose(description ?? schema.description ?? "")]];
}

function tellAnswer([status, answer]) {
  const kinds = Object.entries(answer.content ?? {});
  const parts = kinds.flatMap(([kind, { schema }]) => (schema?.$ref ? typed(schema) : [make("span", { class: "type" }, kind)]));
  return [status, [...parts, " ", prose(answer.description === "Successful Response" ? "" : answer.description)]];
}

function drawShape(name, shape) {
  const article = make("article", { class: "named", id: name }, make("h3", {}, make("code", {}, name)));
  if (shape.description) article.append(make("p", {}, prose(shape.description)));
  if (shape.enum) article.append(make("p", {}, shape.enum.join(", ")));
  const fields = Object.entries(shape.properties ?? {});
  if (fields.length) article.append(list(fields.map(([field, of]) => [field, [...typed(of), " ", prose(of.description ?? "")]])));
  return article;
}

function list(rows) {
  const found = make("dl");
  for (const [term, parts] of rows) found.append(make("dt", {}, make("code", {}, term)), make("dd", {}, ...parts));
  return found;
}

/** A schema in a few words, with links to shapes. */
function typed(schema) {
  if (!schema) return [];
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return [link(name, name)];
  }
  if (schema.anyOf) return schema.anyOf.flatMap((one, index) => (index ? [" or ", ...typed(one)] : typed(one)));
  if (schema.enum) return [make("span", { class: "type" }, schema.enum.join(" | "))];
  if (schema.type === "array") return ["list of ", ...typed(schema.items)];
  return [make("span", { class: "type" }, schema.format ?? schema.const ?? schema.type ?? "any")];
}

/** Text in which `code` is shown as code. */
function prose(text) {
  const span = make("span");
  const paragraphs = text.replace(/([^\n])\n(?!\n)/g, "$1 "); // a single line break is only the source's own
  paragraphs.split("`").forEach((part, index) => span.append(index % 2 ? make("code", {}, part) : part));
  return span;
}

read();
