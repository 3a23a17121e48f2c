import { boundedName } from "../budget.ts";
import { readFullName, readOptionStatement } from "./options.ts";
import type { Method, Service } from "./syntax.ts";
import type { Tokens } from "./tokens.ts";

/** A service: what its methods take and give. After the word `service`. */
export function readService(tokens: Tokens, scope: string): Service {
  const { text: own, line, column } = tokens.word("a name");
  const methods: Method[] = [];
  tokens.expect("{");
  while (!tokens.take("}")) {
    if (tokens.take(";")) continue;
    const { text } = tokens.word("a method");
    if (text === "option") readOptionStatement(tokens);
    else if (text === "rpc") methods.push(readMethod(tokens));
    else if (text === "stream") readStream(tokens);
    else tokens.unexpected("`rpc`");
  }
  return { name: scope === "" ? own : boundedName(`${scope}.${own}`, line), methods, pos: { line, column } };
}

function readMethod(tokens: Tokens): Method {
  const { text: name, line, column } = tokens.word("a name");
  const request = readMessageType(tokens);
  if (!tokens.isWord("returns")) tokens.unexpected("`returns`");
  tokens.next();
  const response = readMessageType(tokens);
  readBody(tokens);
  return { name, request, response, pos: { line, column } };
}

function readStream(tokens: Tokens): void {
  tokens.word("a name");
  tokens.expect("(");
  readFullName(tokens);
  tokens.expect(",");
  readFullName(tokens);
  tokens.expect(")");
  readBody(tokens);
}

/** `(T)`, `(stream T)` */
function readMessageType(tokens: Tokens): string {
  tokens.expect("(");
  if (tokens.isWord("stream")) {
    tokens.next();
    // A message may be called `stream`.
    if (tokens.take(")")) return "stream";
  }
  const name = readFullName(tokens);
  tokens.expect(")");
  return name;
}

function readBody(tokens: Tokens): void {
  if (tokens.take(";")) return;
  tokens.expect("{");
  while (!tokens.take("}")) {
    if (tokens.take(";")) continue;
    if (!tokens.isWord("option")) tokens.unexpected("`option`");
    tokens.next();
    readOptionStatement(tokens);
  }
}
