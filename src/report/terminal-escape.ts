import { createColors } from "picocolors";
import type { Phrase, Span } from "./phrase.ts";
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
  return withoutMarkers(text).replace(/^:|:$/g, COLON);
}

function withoutMarkers(text: string): string {
  return clip(visible(text), TEXT_MAX).replaceAll("::", `:${COLON}`).replaceAll("##[", "#⟨U+0023⟩[");
}

const COLON = "⟨U+003A⟩";

/** Longer than any sentence of ours; keeps one absurd name from filling the screen. */
const TEXT_MAX = 500;

/** A phrase for a terminal: code in colour, or between backticks where there is none. */
export function terminal(phrase: Phrase, colors: Colors): string {
  return phrase
    .map((span, index) => {
      const text = escapeSpan(span, phrase[index - 1], phrase[index + 1]);
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

/** A foreign colon stays as it is inside a phrase, unless what stands beside it is, or could bring, a second one. */
function escapeSpan(span: Span, before: Span | undefined, after: Span | undefined): string {
  if (span.kind === "words") return span.text;
  const text = withoutMarkers(span.text);
  const start = before === undefined || before.text === "" || before.text.endsWith(":") ? text.replace(/^:/, COLON) : text;
  return after === undefined || after.text === "" || after.text.startsWith(":") ? start.replace(/:$/, COLON) : start;
}
