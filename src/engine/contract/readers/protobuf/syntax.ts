import type { Position } from "../../model.ts";
import type { Option } from "./options.ts";

/** A .proto file as it is written, names made full, nesting made flat. */
export interface ProtoFile {
  /** `proto2`, `proto3` or `editions 2023`. */
  readonly syntax: string;
  /** Empty without one. */
  readonly package: string;
  readonly imports: readonly { readonly path: string; readonly pos: Position }[];
  readonly options: readonly Option[];
  readonly messages: readonly Message[];
  /** Full name -> `NAME = 1`, sorted. */
  readonly enums: ReadonlyMap<string, readonly string[]>;
  /** Full name -> the options of the enum itself. */
  readonly enumOptions: ReadonlyMap<string, { readonly options: readonly Option[]; readonly pos: Position }>;
  readonly extensions: readonly Extension[];
  readonly services: readonly Service[];
}

export interface Service {
  /** With the package. */
  readonly name: string;
  readonly methods: readonly Method[];
  readonly pos: Position;
}

/** Types as written. */
export interface Method {
  readonly name: string;
  readonly request: string;
  readonly response: string;
  readonly pos: Position;
}

export interface Message {
  /** With the package and the messages around it. */
  readonly name: string;
  readonly fields: readonly ProtoField[];
  readonly options: readonly Option[];
  readonly pos: Position;
}

export interface ProtoField {
  readonly name: string;
  /** Decimal. */
  readonly number: string;
  readonly label: "optional" | "required" | "repeated" | null;
  /** As written; of a map, the type of its values. */
  readonly type: string;
  /** Type of the keys of a map, else null. */
  readonly mapKey: string | null;
  readonly oneof: string | null;
  /** Of the `oneof` around it. */
  readonly oneofOptions: readonly Option[];
  readonly options: readonly Option[];
  readonly pos: Position;
}

/** `extend T { … }`: fields of a message that may stand anywhere. */
export interface Extension {
  /** As written. */
  readonly of: string;
  /** Where it is written: what its own name and the names in it are counted from. */
  readonly scope: string;
  readonly fields: readonly ProtoField[];
  readonly pos: Position;
}
