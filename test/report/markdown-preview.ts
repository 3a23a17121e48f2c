/**
 * The part of GitHub's Markdown that our text uses, written from the CommonMark and GFM specifications and apart from the escaper, to look at
 * a check run and to test that foreign text stays text: code spans and fences first, then escapes, entities, links, mentions, references.
 */
export function renderPreview(markdown: string): string {
  const out: string[] = [];
  const lines = markdown.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const fence = /^(`{3,})(\w*)$/.exec(line);
    if (fence !== null) {
      const body: string[] = [];
      for (i++; i < lines.length && !new RegExp(`^\`{${fence[1]!.length},}\\s*$`).test(lines[i]!); i++) body.push(lines[i]!);
      out.push(`<pre>${body.map(diffLine).join("\n")}</pre>`);
    } else if (/^\|/.test(line)) {
      const rows: string[] = [];
      for (; i < lines.length && lines[i]!.startsWith("|"); i++) rows.push(lines[i]!);
      i--;
      out.push(table(rows));
    } else if (line.startsWith("- ")) {
      const items: string[] = [];
      for (; i < lines.length && lines[i]!.startsWith("- "); i++) items.push(`<li>${inline(lines[i]!.slice(2))}</li>`);
      i--;
      out.push(`<ul>${items.join("")}</ul>`);
    } else if (/^<\/?details>/.test(line)) out.push(line);
    else if (line !== "") out.push(`<p>${inline(line)}</p>`);
  }
  return out.join("\n");
}

function diffLine(line: string): string {
  const kind = line.startsWith("-") ? "del" : line.startsWith("+") ? "ins" : "span";
  return `<${kind}>${escapeHtml(line)}</${kind}>`;
}

function table(rows: readonly string[]): string {
  const cells = (row: string) => splitCells(row.replace(/^\| ?/, "").replace(/ ?\|$/, "")).map((cell) => inline(cell.trim()));
  const [head, , ...body] = rows;
  const line = (row: string, tag: string) =>
    `<tr>${cells(row)
      .map((cell) => `<${tag}>${cell}</${tag}>`)
      .join("")}</tr>`;
  return `<table><thead>${line(head!, "th")}</thead><tbody>${body.map((row) => line(row, "td")).join("")}</tbody></table>`;
}

/** GFM: a pipe ends a cell wherever it stands, unless a backslash is before it. */
function splitCells(row: string): string[] {
  return row.split(/(?<!\\)\|/);
}

export function inline(text: string): string {
  let out = "";
  let plain = "";
  const flush = () => {
    out += mentions(plain);
    plain = "";
  };
  for (let i = 0; i < text.length; ) {
    const rest = text.slice(i);
    const span = /^(`+)([\s\S]*?[^`])\1(?!`)/.exec(rest);
    const html = /^<(br|\/?code|\/?b)>/.exec(rest);
    const anchor = /^\[((?:\\.|[^\]\\])*)\]\(<([^>]*)>\)/.exec(rest);
    const entity = /^&#(\d+);/.exec(rest);
    const strong = /^\*\*(?=\S)((?:\\.|`[^`]*`|[^*\\])+?)\*\*/.exec(rest);
    if (rest.startsWith("\\") && /^\\[!-/:-@[-`{-~]/.test(rest)) {
      plain += rest[1];
      i += 2;
    } else if (entity !== null) {
      plain += String.fromCodePoint(Number(entity[1]));
      i += entity[0].length;
    } else if (rest.startsWith("`")) {
      flush();
      const run = /^`+/.exec(rest)![0];
      if (span === null || span[1] !== run) {
        plain += run;
        i += run.length;
      } else {
        const content = /^ [\s\S]*[^ ][\s\S]* $/.test(span[2]!) ? span[2]!.slice(1, -1) : span[2]!;
        out += `<code>${escapeHtml(content)}</code>`;
        i += span[0].length;
      }
    } else if (html !== null || anchor !== null || strong !== null) {
      flush();
      const match = (html ?? anchor ?? strong)!;
      out +=
        html !== null
          ? html[0]
          : anchor !== null
            ? `<a href="${escapeHtml(anchor[2]!)}">${inline(anchor[1]!)}</a>`
            : `<strong>${inline(strong![1]!)}</strong>`;
      i += match[0].length;
    } else if (/^<[a-z/!?]/i.test(rest)) {
      flush();
      out += "<!-- RAW HTML -->";
      plain += rest[0];
      i++;
    } else {
      plain += rest[0];
      i++;
    }
  }
  flush();
  return out;
}

/** What GitHub links in text that is not code. */
function mentions(text: string): string {
  return escapeHtml(text)
    .replace(/(?<![\w`])@([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\/[\w.-]+)?)/gi, '<b class="mention">@$1</b>')
    .replace(/(?<![\w&])(#\d+|GH-\d+)\b/gi, '<a class="reference">$1</a>')
    .replace(/\b(https?:\/\/|www\.)[\w-]\S*/gi, '<a class="autolink">$&</a>');
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
