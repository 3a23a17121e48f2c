# syntax=docker/dockerfile:1
# The base follows Node 24's patch releases. To pin it, ask `docker buildx imagetools inspect node:24-bookworm-slim` for
# the digest and write FROM node:24-bookworm-slim@sha256:… in both stages. npm packages are pinned by package-lock.json.
# `scripts/docker-without-engine.sh` runs these very lines where there is no engine.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY patches ./patches
RUN npm ci --ignore-scripts && npx patch-package
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

# Production dependencies only. The optional ones are a Node for machines without one; this image is one.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:24-bookworm-slim AS production
ENV NODE_ENV=production
ENV HOST=0.0.0.0
ENV PORT=3000
# Else every thread keeps memory of its own that it has given back.
ENV MALLOC_ARENA_MAX=2
# The embedded database, when DATABASE_URL is not set. One container per volume: a lock file refuses a second.
ENV DATA_DIR=/var/lib/countersign
RUN mkdir -p /var/lib/countersign && chown node:node /var/lib/countersign
WORKDIR /app
COPY package.json app.yml LICENSE ./
COPY policies ./policies
COPY drizzle ./drizzle
COPY schemas ./schemas
COPY --from=dependencies /app/node_modules ./node_modules
# The database driver with what docs/adr/0021 mends in it.
COPY --from=build /app/node_modules/postgres ./node_modules/postgres
COPY --from=build /app/dist ./dist
USER node
VOLUME /var/lib/countersign
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz', { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=2", "--heap-growing-percent=20", "dist/app/main.js", "serve"]
