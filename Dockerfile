FROM node:24-slim

ENV NODE_ENV=production RAMPART_CONFIG=/etc/rampart/rampart.yaml
WORKDIR /app

COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY src ./src

# The root file system may be read-only: only /data is written to. Configuration is mounted at /etc/rampart.
RUN mkdir -p /data /etc/rampart && chown node:node /data
VOLUME /data
USER node

# RAMPART_HEALTH_URL has to follow when the configuration moves the second listener (`metrics.listen`).
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.RAMPART_HEALTH_URL ?? 'http://127.0.0.1:9480/healthz', { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

ENTRYPOINT ["node", "src/main.ts"]
CMD ["serve"]
