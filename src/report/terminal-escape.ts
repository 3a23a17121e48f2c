import { createColors } from "picocolors";
import type { Phrase } from "./phrase.ts";
import { visible } from "./visible.ts";

export type Colors = ReturnType<typeof createColors>;

/** picocolors as a function of the caller's choice, never of the environment. */
export function colorsFor(color: boolean): Colors {
  return createColors(color);
}

/**
 * Foreign text for a terminal: no control sequence survives (`visible`), and neither do the markers that a CI runner would
 * obey at the start of a line (`::command::`, `##[command]`).
 */
export function escapeTerminal(text: string): string {
  return visible(text).replaceAll("::", ":⟨U+003A⟩").replaceAll("##[", "#⟨U+0023⟩[");
}

/** A phrase for a terminal: code in colour, or between backticks where there is none. */
export function terminal(phrase: Phrase, colors: Colors): string {
  return phrase
    .map((span) => {
      const text = span.kind === "words" ? span.text : escapeTerminal(span.text);
      switch (span.kind) {
        case "code":
          return colors.isColorSupported ? colors.cyan(text) : `\`${text}\``;
        case "strong":
          return colors.bold(text);
        case "ask":
          return colors.bold(`@${text}`);
        default:
          return text;
      }
    })
    .join("");
}
