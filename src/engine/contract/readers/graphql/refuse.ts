import { GraphQLError } from "graphql/error";
import { type DefinitionNode, parse } from "graphql/language";
import { ReadFailure } from "../../source/node.ts";
import { DEPTH_MAX, TOKENS_MAX } from "./scanner.ts";

/**
 * Says with the language's own parser why a text is no schema; null for a document of queries alone.
 * @param line where our reader gave up: should the parser see nothing wrong, the file is refused there all the same.
 */
export function refuse(text: string, line: number): null {
  refuseNesting(text);
  const definitions = parsed(text);
  const asks = definitions.filter(({ kind }) => kind === "OperationDefinition" || kind === "FragmentDefinition");
  if (asks.length === definitions.length) return null;
  if (asks.length === 0) throw new ReadFailure("a form of GraphQL that is not read", line);
  throw new ReadFailure("the file holds both a schema and queries", asks[0]!.loc?.startToken.line ?? null);
}

function parsed(text: string): readonly DefinitionNode[] {
  try {
    return parse(text, { maxLexicalTokens: TOKENS_MAX }).definitions;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const message = error.message.replace(/^Syntax Error: /, "").replace(/\.$/, "");
    throw new ReadFailure(message, error.locations?.[0]?.line ?? null);
  }
}

/** The parser recurses, so depth is counted before: brackets outside of texts and comments. */
function refuseNesting(text: string): void {
  let depth = 0;
  const mark = /[()[\]{}#"]/g;
  while (mark.test(text)) {
    const at = mark.lastIndex - 1;
    switch (text.charCodeAt(at)) {
      case 0x28: // (
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > DEPTH_MAX) throw new ReadFailure(`nested more than ${DEPTH_MAX} levels deep`, lineAt(text, at));
        break;
      case 0x29: // )
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      case 0x23: // #
        mark.lastIndex = indexOrEnd(text, "\n", at);
        break;
      case 0x22: // "
        mark.lastIndex = (text.startsWith('"""', at) ? blockEnd(text, at + 3) : textEnd(text, at + 1)) + 1;
        break;
    }
  }
}

function indexOrEnd(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found < 0 ? text.length : found;
}

/** The last quote of a block. */
function blockEnd(text: string, from: number): number {
  let at = indexOrEnd(text, '"""', from);
  while (at < text.length && text[at - 1] === "\\") at = indexOrEnd(text, '"""', at + 3);
  return at + 2;
}

/** The closing quote, or the end of the line, where the parser refuses the text. */
function textEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x0a) break;
    if (code === 0x5c) at += 1;
  }
  return at;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
