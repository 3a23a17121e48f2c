import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderCheckRun } from "../../src/report/check-run.ts";
import { renderComment } from "../../src/report/comment.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { codeSpan, escapeMarkdown, link } from "../../src/report/markdown-escape.ts";
import { ask } from "../../src/report/phrase.ts";
import { byteLength, clip, cutBytes, terminalJson, visible } from "../../src/report/visible.ts";
import { ATTACKS, hostileDecision, hostileText } from "./hostile.ts";
import { inline, renderPreview } from "./markdown-preview.ts";

/** What a reader of the rendered text would see. */
function seen(html: string): string {
  return html
    .replace(/<[^>]*>/g, "")
    .replaceAll("\u200B", "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

describe("T88: JSON for a terminal", () => {
  const text = fc.string({ unit: "binary" });
  test("is the same value, and holds nothing that a terminal would obey or hide", () => {
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.array(hostileText))), (value) => {
        const json = terminalJson(value);
        expect(json).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    const all = "\u009b31m\u202e\u2066\u061c\u{e0041}";
    expect(terminalJson(all)).toBe('"\\u009b31m\\u202e\\u2066\\u061c\\udb40\\udc41"\n');
  });
});

describe("T87 T88: foreign text stays text", () => {
  test.each(ATTACKS.map((attack) => [attack.slice(0, 40), attack]))("%j as text", (_, attack) => {
    const html = inline(escapeMarkdown(attack));
    expect(html).not.toMatch(/<(?!\/?\w+ class="never")/);
    expect(seen(html)).toBe(visible(attack));
  });

  test.each(ATTACKS.map((attack) => [attack.slice(0, 40), attack]))("%j as code", (_, attack) => {
    const html = inline(codeSpan(attack));
    expect(html).toMatch(/^<code>[^<]*<\/code>$/);
    expect(seen(html).trim()).toBe(visible(attack).trim() || "(empty)");
  });

  test("any text, in a sentence and after fences", () => {
    fc.assert(
      fc.property(hostileText, hostileText, (a, b) => {
        const html = inline(`x ${codeSpan(a)} y ${escapeMarkdown(b)} z ${codeSpan(b)} end`);
        expect(html.match(/<[^>]*>/g)).toEqual(["<code>", "</code>", "<code>", "</code>"]);
        expect(html.endsWith(" end")).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("a whole check: the only mention is who is asked, the only link is ours, the table keeps its five columns", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const decision = hostileDecision(text);
        const logins = decision.requirements[0]!.completers.map((each) => each.replace(/^@/, "")).filter((each) =>
          /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/.test(each),
        );
        const html = renderPreview(
          renderCheckRun(decision, { policy: null, evaluationId: text, detailsUrl: "https://countersign.example/e" }).summary,
        );
        const mentioned = [...html.matchAll(/<b class="mention">@([^<]*)/g)].map((match) => match[1]);
        expect(logins).toEqual(expect.arrayContaining(mentioned));
        expect(html).not.toMatch(/RAW HTML|class="reference"|class="autolink"|<img|<script|<h1/);
        expect([...html.matchAll(/href="([^"]*)"/g)].every((match) => match[1] === "https://countersign.example/e")).toBe(true);
        for (const row of html.match(/<tr>.*?<\/tr>/gs) ?? []) expect(row.match(/<t[dh]>/g)).toHaveLength(5);
        expect(html.match(/<\/details>/g)).toHaveLength(3);
      }),
      { numRuns: 300 },
    );
  });

  test("a comment of ours, whatever it answers: no markup of others, and the marker is nobody's to write", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const decision = hostileDecision(text);
        const pages = [
          { kind: "help", unknown: true },
          { kind: "status", decision },
          { kind: "explain", decision },
          { kind: "refusal", command: text, because: [text, `${text} <!-- countersign:summary -->`] },
        ] as const;
        for (const page of pages) {
          const body = renderComment([page], { marker: "countersign:answer:1", publicUrl: "https://countersign.example" });
          expect(byteLength(body)).toBeLessThanOrEqual(65_535);
          const html = renderPreview(body.slice(body.indexOf("\n") + 1));
          expect(body.startsWith("<!-- countersign:answer:1 -->\n")).toBe(true);
          expect(html).not.toMatch(/RAW HTML|class="reference"|class="autolink"|<img|<script|<h1|href=/);
          if (page.kind !== "status") expect(html).not.toContain('class="mention"');
        }
      }),
      { numRuns: 100 },
    );
  });

  test("a page of its own begins with our verdict", () => {
    for (const attack of ATTACKS) expect(renderMarkdown(hostileDecision(attack))).toMatch(/^### 🟡 Waiting for /);
  });
});

test.each([
  ["bob", true],
  ["octo-cat-9", true],
  ["@carol", true],
  ["bob-", false],
  ["a--b", false],
  ["-bob", false],
  ["acme/team", false],
  ["b".repeat(40), false],
])("T88: %j is asked by name: %s", (login, asked) => {
  expect(ask(login).kind).toBe(asked ? "ask" : "data");
});

describe("what cannot be seen is shown", () => {
  test.each([
    ["\u202Eabc", "⟨U+202E⟩abc"],
    ["a\u200Bb", "a⟨U+200B⟩b"],
    ["a\nb", "a↵b"],
    ["\u001b[31m", "⟨U+001B⟩[31m"],
    ["a\u00A0b", "a⟨U+00A0⟩b"],
    ["x\u{E0041}", "x⟨U+E0041⟩"],
    ["\ud800", "⟨U+FFFD⟩"],
    ["naïve 電話 😀", "naïve 電話 😀"],
  ])("%j", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test("a plain text is itself, and showing twice changes nothing", () => {
    fc.assert(fc.property(hostileText, (text) => visible(visible(text)) === visible(text)));
  });
});

describe("cutting", () => {
  test("bytes are counted as UTF-8 and cut at a code-point border", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 3, max: 40 }), (text, max) => {
        expect(byteLength(text)).toBe(Buffer.byteLength(text));
        const cut = cutBytes(text, max);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
        expect(cut === text || (cut.isWellFormed() && text.startsWith(cut.slice(0, -1)))).toBe(true);
      }),
    );
  });

  test("clip counts code points", () => {
    expect(clip("😀😀😀", 3)).toBe("😀😀😀");
    expect(clip("😀😀😀😀", 3)).toBe("😀😀…");
  });
});

test("only http(s) links are written", () => {
  expect(link("x", "javascript:alert(1)")).toBeNull();
  expect(link("x", "https://a.example/>)[y](z)")).toBe("[x](<https://a.example/%3E)[y](z)>)");
  expect(link("x", null)).toBeNull();
});
