# syntax=docker/dockerfile:1
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY tools/empty-package tools/empty-package
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY workers workers
# The embedded backend is optional for users of the package; an image that can do the demo has it.
RUN npm run build \
  && npm pkg set "dependencies.node-llama-cpp=$(node -p 'require("./package.json").peerDependencies["node-llama-cpp"]')" \
  && npm pkg delete devDependencies.node-llama-cpp \
  && npm prune --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production QUANTGATE_RUNS=/data/runs QUANTGATE_CACHE=/data/cache
WORKDIR /app
RUN mkdir -p /data && chown node:node /data
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY tools/empty-package tools/empty-package
COPY datasets datasets
COPY models models
COPY reference reference
COPY examples examples
COPY migrations migrations
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["serve", "--host", "0.0.0.0", "--backends", "/app/examples/service/backends.yaml"]
