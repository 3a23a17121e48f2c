import { readFullName, readOptionStatement } from "./options.ts";
import type { Tokens } from "./tokens.ts";

/** Services declare no data: they are read only to know where they end. After the word `service`. */
export function readService(tokens: Tokens): void {
  tokens.word("a name");
  tokens.expect("{");
  while (!tokens.take("}")) {
    if (tokens.take(";")) continue;
    const { text } = tokens.word("a method");
    if (text === "option") readOptionStatement(tokens);
    else if (text === "rpc") readMethod(tokens);
    else if (text === "stream") readStream(tokens);
    else tokens.unexpected("`rpc`");
  }
}

function readMethod(tokens: Tokens): void {
  tokens.word("a name");
  readMessageType(tokens);
  if (!tokens.isWord("returns")) tokens.unexpected("`returns`");
  tokens.next();
  readMessageType(tokens);
  readBody(tokens);
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
function readMessageType(tokens: Tokens): void {
  tokens.expect("(");
  if (tokens.isWord("stream")) {
    tokens.next();
    // A message may be called `stream`.
    if (tokens.take(")")) return;
  }
  readFullName(tokens);
  tokens.expect(")");
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
