# syntax=docker/dockerfile:1
# Node as the tests have it; pin the digest of what you pull. Debian, because the ledger's compiled part is tested on glibc.
ARG NODE_VERSION=20.20.2

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.ui.json config.schema.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build
# Nothing of the build goes along: compilers, types, tests.
RUN npm ci --omit=dev --ignore-scripts

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production BOT_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json config.schema.json ./
COPY docs ./docs
# The ledger refuses a folder that others could look into.
RUN install -d -m 0700 -o node -g node /data
USER node
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--disable-proto=throw", "dist/main.js"]
CMD ["run", "--quiet"]
# Healthy: an engine runs, and wrote its state within two windows and a half.
HEALTHCHECK --interval=60s --timeout=10s --start-period=300s --retries=3 \
  CMD ["node", "dist/main.js", "status", "--json", "--max-age", "1500"]
