import { createColors } from "picocolors";
import type { Phrase } from "./phrase.ts";
import { clip, visible } from "./visible.ts";

export type Colors = ReturnType<typeof createColors>;

/** picocolors as a function of the caller's choice, never of the environment. */
export function colorsFor(color: boolean): Colors {
  return createColors(color);
}

/**
 * Foreign text for a terminal: no control sequence survives (`visible`), and neither do the markers that a CI runner would
 * obey at the start of a line (`::command::`, `##[command]`), nor a colon at an end that ours could complete.
 */
export function escapeTerminal(text: string): string {
  return clip(visible(text), TEXT_MAX).replaceAll("::", ":⟨U+003A⟩").replace(/^:|:$/g, "⟨U+003A⟩").replaceAll("##[", "#⟨U+0023⟩[");
}

/** Longer than any sentence of ours; keeps one absurd name from filling the screen. */
const TEXT_MAX = 500;

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
