#!/usr/bin/env bash
# Runs the Dockerfile's own steps without a Docker engine, in a temporary folder and as an unprivileged user, then starts the
# result on a loopback port and looks at it. Needs Node 24 in node_modules (npm ci) and the npm packages (registry or cache).
set -euo pipefail
cd "$(dirname "$0")/.."

node=$(readlink -f node_modules/.bin/node 2>/dev/null || command -v node)
[ "$("$node" -p 'process.versions.node.split(".")[0]')" -ge 24 ] || { echo "docker: needs Node 24; run npm ci first" >&2; exit 1; }

box=$(mktemp -d "${TMPDIR:-/tmp}/countersign-docker.XXXXXX")
trap 'rm -rf "$box"' EXIT
mkdir "$box/bin" "$box/context" "$box/home" "$box/npm-cache"
cp "$node" "$box/bin/node"
# Ownership is whoever runs the steps; in the image `chown` gives the data folder to the user of the last stage.
printf '#!/bin/sh\nexit 0\n' >"$box/bin/chown"
cp scripts/docker-steps.mjs "$box/docker-steps.mjs"
chmod 755 "$box" "$box/bin/node" "$box/bin/chown"

"$node" scripts/docker-context.mjs . "$box/context"

run=()
if [ "$(id -u)" = 0 ]; then
  # The image's user is not root, and neither is anybody here. The cache is a copy: npm writes into it.
  cache=$(npm config get cache)
  if [ -d "$cache/_cacache" ]; then cp -r "$cache/_cacache" "$box/npm-cache/"; fi
  chown -R 65534:65534 "$box"
  run=(setpriv --reuid=65534 --regid=65534 --clear-groups)
else
  cache=$(npm config get cache)
  if [ -d "$cache/_cacache" ]; then rmdir "$box/npm-cache" && ln -s "$cache" "$box/npm-cache"; fi
fi

env HOME="$box/home" npm_config_cache="$box/npm-cache" npm_config_prefer_offline=true PATH="$box/bin:$PATH" \
  "${run[@]}" "$box/bin/node" "$box/docker-steps.mjs" "$box"
