import { posix } from "node:path";
import type { Source } from "./source.ts";

/** Relative links and pictures of Markdown documents that lead nowhere. `exists` takes a path from the root. */
export function brokenLinks(documents: readonly Source[], exists: (path: string) => boolean): string[] {
  return documents.flatMap((document) =>
    lines(document).flatMap(({ text, line }) =>
      targets(text)
        .filter((target) => !/^([a-z]+:|#|\/\/)/i.test(target))
        .filter((target) => !exists(posix.join(posix.dirname(document.path), decodeURIComponent(target.split("#")[0]!))))
        .map((target) => `${document.path}:${line} links to ${target}, which does not exist`),
    ),
  );
}

function targets(text: string): string[] {
  const links = [...text.matchAll(/\]\(\s*<?([^)\s>]+)/g), ...text.matchAll(/<(?:img|a)\b[^>]*\b(?:src|href)="([^"]+)"/g)];
  return links.map((match) => match[1]!);
}

/** Lines outside fenced code and without inline code: an example of a link is no link. */
function lines(document: Source): { text: string; line: number }[] {
  let fenced = false;
  return document.text.split("\n").flatMap((text, i) => {
    if (/^\s*(```|~~~)/.test(text)) fenced = !fenced;
    return fenced ? [] : [{ text: text.replace(/`[^`]*`/g, ""), line: i + 1 }];
  });
}

const OWN_COMMANDS = new Set(["test", "start"]);

/** `npm run x`, `npm test` and `npm start` in documents, when package.json has no such script. */
export function unknownScripts(documents: readonly Source[], scripts: readonly string[]): string[] {
  return documents.flatMap((document) =>
    [...document.text.matchAll(/\bnpm (?:run (?:-s |--silent )?([\w:.-]*\w)|(test|start)\b)/g)]
      .map((match) => match[1] ?? match[2]!)
      .filter((script) => !scripts.includes(script) && !(OWN_COMMANDS.has(script) && scripts.includes(script)))
      .map((script) => `${document.path} names npm run ${script}, which package.json does not have`),
  );
}

/** Paths of one machine: a home directory, or the folder this was written in. The image's own user is no machine. */
const MACHINE_PATH = /(?<![\w.~$}/-])\/(?:(?:work|root|Users)\/[\w.-]|home\/(?!node\b)[\w.-])|\b[A-Z]:\\Users\\/;
/** Hosts that serve packages. What we install is named by version and hash, not by where a machine got it. */
const REGISTRY_HOST =
  /\b(?:registry|npm|artifactory|nexus|verdaccio|mirrors?)\.(?!json\b|md\b|ts\b|ya?ml\b|mjs\b)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b/i;

/** Lines of tracked files that name a machine's folder or a package registry. `alsoHosts`: hosts that this machine is configured with. */
export function machineTraces(files: readonly Source[], alsoHosts: readonly string[] = []): string[] {
  return files.flatMap((file) =>
    file.text.split("\n").flatMap((text, i) => {
      const found = MACHINE_PATH.exec(text)?.[0] ?? REGISTRY_HOST.exec(text)?.[0] ?? alsoHosts.find((host) => text.includes(host));
      return found === undefined ? [] : [`${file.path}:${i + 1} names ${found}`];
    }),
  );
}
