import type { Position } from "../../model.ts";
import { ReadFailure } from "../../source/node.ts";
import { boundedName } from "../budget.ts";
import { DEPTH_MAX, type Option, readFullName, readOptionList, readOptionStatement } from "./options.ts";
import { Reserved, rangeOf } from "./reserved.ts";
import { readService } from "./service.ts";
import type { Extension, Message, ProtoField, ProtoFile, Service } from "./syntax.ts";
import { Tokens } from "./tokens.ts";

/** Parses proto2, proto3 and editions. Throws ReadFailure with a line for everything that the language does not allow. */
export function parseProto(text: string): ProtoFile {
  return new ProtoParser(text).file();
}

class ProtoParser {
  private readonly tokens: Tokens;
  private readonly messages: Message[] = [];
  private readonly enums = new Map<string, readonly string[]>();
  private readonly enumOptions = new Map<string, { readonly options: readonly Option[]; readonly pos: Position }>();
  private readonly extensions: Extension[] = [];
  private readonly names = new Set<string>();

  constructor(text: string) {
    this.tokens = new Tokens(text);
  }

  file(): ProtoFile {
    const { tokens } = this;
    const imports: ProtoFile["imports"][number][] = [];
    const options: Option[] = [];
    const services: Service[] = [];
    let syntax = "proto2";
    let scope = "";
    if (tokens.isAtEnd) throw new ReadFailure("the file declares nothing: it is empty or holds only comments", 1);
    while (!tokens.isAtEnd) {
      if (tokens.take(";") || this.declaration(scope, 0)) continue;
      const start = tokens.word("a declaration");
      switch (start.text) {
        case "syntax":
        case "edition":
          tokens.expect("=");
          syntax = `${start.text === "edition" ? "editions " : ""}${tokens.texts()}`;
          tokens.expect(";");
          break;
        case "package":
          if (scope !== "") throw new ReadFailure("a file has one package", start.line);
          scope = readFullName(tokens);
          tokens.expect(";");
          break;
        case "import":
          if (tokens.isWord("public", "weak", "option")) tokens.next();
          imports.push({ path: tokens.texts(), pos: { line: start.line, column: start.column } });
          tokens.expect(";");
          break;
        case "option":
          options.push(readOptionStatement(tokens));
          break;
        case "service":
          services.push(readService(tokens, scope));
          break;
        default:
          throw new ReadFailure(`\`${start.text}\` starts no declaration`, start.line);
      }
    }
    const { messages, enums, enumOptions, extensions } = this;
    return { syntax, package: scope, imports, options, messages, enums, enumOptions, extensions, services };
  }

  /** A message, enum or extension, if one starts here. */
  private declaration(scope: string, depth: number): boolean {
    const { tokens } = this;
    if (tokens.isWord("export", "local")) tokens.next();
    const { text, line, column } = tokens.peek;
    if (!tokens.isWord("message", "enum", "extend")) return false;
    tokens.next();
    const pos = { line, column };
    if (text === "extend") this.extend(scope, pos, depth);
    else if (text === "enum") this.enumeration(scope, pos);
    else this.message(this.named(tokens.word("a name").text, scope, line), pos, [], depth + 1);
    return true;
  }

  private message(name: string, pos: Position, outerOptions: readonly Option[], depth: number): void {
    const { tokens } = this;
    if (depth > DEPTH_MAX) throw new ReadFailure(`nested more than ${DEPTH_MAX} levels deep`, pos.line);
    const fields: ProtoField[] = [];
    const options: Option[] = [...outerOptions];
    const reserved = new Reserved();
    const at = this.messages.length;
    this.messages.push({ name, fields, options, pos });
    tokens.expect("{");
    while (!tokens.take("}")) {
      if (tokens.take(";") || this.declaration(name, depth)) continue;
      if (tokens.isWord("option")) {
        tokens.next();
        options.push(readOptionStatement(tokens));
      } else if (tokens.isWord("oneof")) this.oneof(name, fields, depth);
      else if (tokens.isWord("extensions")) this.extensionRanges();
      else if (tokens.isWord("reserved")) reserved.read(tokens);
      else fields.push(this.field(name, null, depth));
    }
    reserved.check(fields);
    this.messages[at] = { name, fields, options, pos };
  }

  private oneof(message: string, fields: ProtoField[], depth: number): void {
    const { tokens } = this;
    tokens.next();
    const name = tokens.word("a name").text;
    const options: Option[] = [];
    tokens.expect("{");
    while (!tokens.take("}")) {
      if (tokens.take(";")) continue;
      if (tokens.isWord("option")) {
        tokens.next();
        options.push(readOptionStatement(tokens));
      } else fields.push({ ...this.field(message, name, depth), oneofOptions: options });
    }
  }

  private field(scope: string, oneof: string | null, depth: number): ProtoField {
    const { tokens } = this;
    const { line, column } = tokens.peek;
    const pos = { line, column };
    const label = tokens.isWord("optional", "required", "repeated") ? (tokens.next().text as NonNullable<ProtoField["label"]>) : null;
    const type = readFullName(tokens);
    const mapKey = type === "map" && tokens.take("<") ? readFullName(tokens) : null;
    const valueType = mapKey === null ? type : this.mapValue();
    const name = tokens.word("the name of a field").text;
    tokens.expect("=");
    const number = this.fieldNumber();
    const options = readOptionList(tokens);
    if (type === "group" && tokens.isMark("{")) {
      const full = this.named(name, scope, line);
      this.message(full, pos, [], depth + 1);
      return { name: name.toLowerCase(), number, label, type: `.${full}`, mapKey: null, oneof, oneofOptions: [], options, pos };
    }
    tokens.expect(";");
    return { name, number, label, type: valueType, mapKey, oneof, oneofOptions: [], options, pos };
  }

  private mapValue(): string {
    this.tokens.expect(",");
    const type = readFullName(this.tokens);
    this.tokens.expect(">");
    return type;
  }

  private fieldNumber(): string {
    const { kind, text, line } = this.tokens.peek;
    const number = kind === "number" ? rangeOf(text) : null;
    if (number === null) this.tokens.unexpected("a field number");
    if (number < 1 || number > 536_870_911) throw new ReadFailure(`\`${text}\` is no field number`, line);
    this.tokens.next();
    return String(number);
  }

  private extend(scope: string, pos: Position, depth: number): void {
    const { tokens } = this;
    const of = readFullName(tokens);
    const fields: ProtoField[] = [];
    tokens.expect("{");
    while (!tokens.take("}")) if (!tokens.take(";")) fields.push(this.field(scope, null, depth));
    this.extensions.push({ of, scope, fields, pos });
  }

  private enumeration(scope: string, pos: Position): void {
    const { tokens } = this;
    const { text, line } = tokens.word("a name");
    const values: string[] = [];
    const options: Option[] = [];
    const name = this.named(text, scope, line);
    tokens.expect("{");
    while (!tokens.take("}")) {
      if (tokens.take(";")) continue;
      const start = tokens.word("the name of a value");
      if (start.text === "option" && !tokens.isMark("=")) {
        options.push(readOptionStatement(tokens));
        continue;
      }
      if (start.text === "reserved" && !tokens.isMark("=")) {
        new Reserved().readRest(tokens);
        continue;
      }
      tokens.expect("=");
      const sign = tokens.take("-") ? "-" : "";
      if (tokens.peek.kind !== "number") tokens.unexpected("a number");
      values.push(`${start.text} = ${sign}${rangeOf(tokens.next().text)}`);
      readOptionList(tokens);
      tokens.expect(";");
    }
    this.enums.set(name, values.sort());
    if (options.length > 0) this.enumOptions.set(name, { options, pos });
  }

  private extensionRanges(): void {
    const { tokens } = this;
    tokens.next();
    new Reserved().readRanges(tokens);
    readOptionList(tokens);
    tokens.expect(";");
  }

  /** The full name, which nothing else in the file may have. */
  private named(name: string, scope: string, line: number): string {
    const full = scope === "" ? name : `${scope}.${name}`;
    boundedName(full, line);
    if (this.names.has(full)) throw new ReadFailure(`duplicate name \`${full}\``, line);
    this.names.add(full);
    return full;
  }
}
