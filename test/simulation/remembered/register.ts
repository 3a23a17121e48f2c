import { registerHooks } from "node:module";

/** To be imported before the gate: whoever imports the reading of policies gets it with a memory. Nothing else is changed. */
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const isReading = found.url.endsWith("/src/engine/policy/parse.ts");
    if (!isReading || context.parentURL?.includes("/test/simulation/remembered/") === true) return found;
    return { ...found, url: new URL("parse.ts", import.meta.url).href };
  },
});
