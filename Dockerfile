# vipcast run in a container, for the addresses and routes of the host: docs/docker.md says how to start it, and how long a stop has to be allowed to take.
FROM node:20 AS build
WORKDIR /src
COPY package.json pnpm-workspace.yaml pnpm-lock.yaml tsconfig.json tsconfig.base.json tsconfig.test.json ./
COPY scripts scripts
COPY packages packages
COPY bench bench
COPY interop interop
COPY examples examples
RUN npx --yes pnpm@10 install --frozen-lockfile
RUN npx --yes pnpm@10 build
RUN npx --yes pnpm@10 --filter vipcast deploy --prod --legacy deployed

FROM node:20-slim
COPY --from=build /src/deployed /usr/lib/vipcast
# Not a user of its own: a capability that a container is given reaches root alone. `--cap-drop ALL` takes root's other powers.
VOLUME /var/lib/vipcast
# Drain, withdraw, unbind, Cease: also Docker's default, and said because everything hangs on it.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/usr/lib/vipcast/bin/vipcast.js"]
CMD ["run", "-c", "/etc/vipcast/vipcast.yaml"]
