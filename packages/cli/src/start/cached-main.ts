import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CodeCache } from "./code-cache.ts";

/** When nothing has been loaded for so long, the start is over. */
const quietMs = 500;

// The same as `main.js` beside this file, for who has been given a folder for caches (systemd.exec(5), CacheDirectory=; the first, if there are several).
const [folder = ""] = (process.env["CACHE_DIRECTORY"] ?? "").split(":");
const cache = new CodeCache(fileURLToPath(new URL(".", import.meta.url)), join(folder, "code"));
let seen = 0;
const watch = setInterval(() => {
  if (cache.loaded === seen) {
    clearInterval(watch);
    void cache.keep();
  }
  seen = cache.loaded;
}, quietMs);
watch.unref();
cache.load("main.js");
