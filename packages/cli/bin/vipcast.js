#!/usr/bin/env node
// With a folder for caches, as the systemd unit gives the daemon one, what an earlier start compiled is not compiled again.
const { argv, env } = process;
require(argv[2] === "run" && env.CACHE_DIRECTORY?.startsWith("/") ? "../bundle/cached-main.js" : "../bundle/main.js");
