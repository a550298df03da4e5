// The tables of `docs/ecmp.md` and `docs/tuning.md`, made from the figures beside them (`docs/ecmp.json`, `docs/tuning.json`). Pure.

/** Puts each table between its markers, `<!-- figures NAME -->` and `<!-- end of figures -->`; a name without a table is an error. */
export function withFigures(text, tables) {
  const used = new Set();
  const filled = text.replace(
    /(<!-- figures ([\w-]+) -->\n)[\s\S]*?(<!-- end of figures -->)/g,
    (_all, begin, name, end) => {
      if (tables[name] === undefined) throw new Error(`there is no table ${name}; there are ${Object.keys(tables)}`);
      used.add(name);
      return `${begin}\n${tables[name].join("\n")}\n\n${end}`;
    },
  );
  const unused = Object.keys(tables).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`no place for the tables ${unused.join(", ")}`);
  return filled;
}

/** Median (of an even number the lower one), smallest and largest. */
export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)], min: sorted[0], max: sorted.at(-1) };
}

function spreadText(values, format = String) {
  if (values.length === 0) return "–";
  const { median, min, max } = spreadOf(values);
  const ends = [format(min), format(max)];
  if (ends[0] === format(median) && ends[1] === format(median)) return format(median);
  // One unit is enough for a range.
  const unit = / (?:ms|s)$/.exec(ends[1])?.[0] ?? "";
  const from = unit !== "" && ends[0].endsWith(unit) ? ends[0].slice(0, -unit.length) : ends[0];
  return `${format(median)} (${from}–${ends[1]})`;
}

/** Milliseconds for people: below a second as they are, else in seconds. */
export function time(ms) {
  if (ms < 10 && ms !== 0) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 20_000 ? 1 : 0)} s`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)];
}

function unique(values) {
  return [...new Set(values)];
}

/** Where, when and beside what else something was measured. */
function provenance({ commit, measuredAt, machine, load }) {
  return `Measured ${measuredAt.slice(0, 16)} UTC, commit ${commit.slice(0, 7)}${commit.includes(" ") ? " and uncommitted changes" : ""}, ${machine.cores} × ${machine.cpu}, Linux ${machine.kernel}, Node ${machine.node}; load average ${load.begin} when it began, ${load.end} when it ended, that of the measuring included.`;
}

const eventNames = {
  "address-deleted": "VIP deleted by hand, put back",
  "address-late": "the same, not back in time and so withdrawn meanwhile",
  stop: "stop (SIGTERM)",
  return: "the node comes back",
  drain: "drain 2 s, then stop",
  restart: "stop, and start again at once",
  crash: "announcer killed (-9)",
  kill: "announcer and service killed (-9)",
  "power-off": "host gone without a word",
  "weight-halved": "weight halved",
  "weight-restored": "weight restored",
};

const routerNames = { embedded: "lab's own", bird: "BIRD", frr: "FRR" };

function configurationName({ router, hashPolicy, resilient }) {
  return `${routerNames[router]}, policy ${hashPolicy}${resilient === null ? "" : ", resilient"}`;
}

/** An address that was put back too late is another event. */
function eventOf({ event, withdrawn }) {
  return event === "address-deleted" && withdrawn === true ? "address-late" : event;
}

function ecmpTable(runs, cell) {
  const events = Object.keys(eventNames).filter((event) =>
    runs.some(({ measurements }) => measurements.some((measurement) => eventOf(measurement) === event)),
  );
  return table(
    ["", ...runs.map(configurationName)],
    events.map((event) => [
      eventNames[event],
      ...runs.map(({ measurements }) => {
        const samples = measurements.filter((measurement) => eventOf(measurement) === event);
        return samples.length === 0 ? "–" : cell(samples);
      }),
    ]),
  );
}

/** All or nothing is said in a word; everything else as a count. */
function share(samples, part, whole) {
  const of = (key) => samples.map((sample) => sample[key]);
  if (samples.every((sample) => sample[whole] === 0)) return "–";
  if (samples.every((sample) => sample[part] === sample[whole])) return `all of ${spreadText(of(whole))}`;
  if (samples.every((sample) => sample[part] === 0)) return "0";
  return `${spreadText(of(part))} of ${spreadOf(of(whole)).median}`;
}

/** Of all flows, in per cent, those of staying nodes that move when one of `count` leaves: the worst, the mean, the best place in the order. */
function movedElsewhere(count, movedShares) {
  const members = Array.from({ length: count }, (_, index) => ({ name: `${index}`, weight: 1 }));
  const lost = members.map(({ name: gone }) => {
    const moved = movedShares(
      members,
      members.filter(({ name }) => name !== gone),
    );
    return Object.entries(moved).reduce((sum, [name, part]) => (name === gone ? sum : sum + part), 0);
  });
  const mean = lost.reduce((sum, part) => sum + part, 0) / count;
  return [Math.max(...lost), mean, Math.min(...lost)].map((part) => `${Math.round(part * 100)} %`);
}

function pathMtuTable(measurements) {
  const names = {
    none: "nothing done",
    "tcp-mtu-probing": "`tcp_mtu_probing=1` on the nodes",
    "route-mtu": "MTU of the narrow link on the nodes' routes",
  };
  const rows = unique(measurements.map(({ hashPolicy, remedy }) => `${hashPolicy} ${remedy}`)).map((key) => {
    const mine = measurements.filter(({ hashPolicy, remedy }) => `${hashPolicy} ${remedy}` === key);
    const of = (family) => mine.filter(({ vip }) => vip.includes(":") === (family === 6));
    const slowest = mine.flatMap(({ slowestMs }) => slowestMs ?? []);
    const { hashPolicy, remedy, connections } = mine[0];
    return [
      `policy ${hashPolicy}, ${names[remedy]}`,
      ...[4, 6].map((family) => `${spreadText(of(family).map(({ stalled }) => stalled))} of ${connections}`),
      spreadText(slowest, time),
    ];
  });
  return table(["", "IPv4 stalled", "IPv6 stalled", "slowest of the others"], rows);
}

function onLinkTable(measurements) {
  const people = (answers) => {
    const names = Object.keys(answers).sort();
    return names.length === 0 ? "nobody" : names.length === 1 ? "one node" : `${names.length} nodes`;
  };
  const outage = (values) =>
    values.length === 0 ? "–" : values.some((ms) => ms < 0) ? "more than a minute" : spreadText(values, time);
  const rows = unique(measurements.map(({ arpIgnore, vip }) => `${arpIgnore} ${vip}`)).map((key) => {
    const mine = measurements.filter(({ arpIgnore, vip }) => `${arpIgnore} ${vip}` === key);
    const { arpIgnore, vip } = mine[0];
    const failed = mine.reduce((sum, { probesFailed }) => sum + probesFailed, 0);
    const probes = mine.reduce((sum, sample) => sum + sample.probes, 0);
    return [
      vip.includes(":") ? `IPv6 (\`arp_ignore=${arpIgnore}\` is IPv4's)` : `IPv4, \`arp_ignore=${arpIgnore}\``,
      unique(mine.map(({ answers }) => people(answers))).join(" or "),
      `${failed} of ${probes}`,
      unique(mine.map(({ answersBehindRouter }) => people(answersBehindRouter))).join(" or "),
      outage(mine.flatMap(({ neighbourOutageMs }) => neighbourOutageMs ?? [])),
      outage(mine.flatMap(({ outageBehindRouterMs }) => outageBehindRouterMs ?? [])),
    ];
  });
  const head = [
    "",
    "answers a neighbour",
    "of its connections fail",
    "answers behind the router",
    "host gone: neighbour's outage",
    "behind the router",
  ];
  return table(head, rows);
}

/** How the weights were changed; what was measured before that was written down was measured in the router. */
const weighing = {
  router: "The weights were changed in the router's kernel, by hand, from equal shares to half a share and back.",
  announcer:
    "Every node announces a weight of 10 Gbit/s; one of them reads 5 Gbit/s from its `--weight-from` file and announces that, and later 10 again.",
};

/** The tables of `docs/ecmp.md`. */
export function ecmpTables(figures, movedShares) {
  const { runs, pathMtu, onLink } = figures;
  const counts = [2, 3, 4, 5, 6, 8, 12, 16];
  const groups = runs.find(({ resilient }) => resilient !== null)?.resilient;
  const described =
    groups === undefined
      ? ""
      : ` Resilient groups have ${groups.buckets} buckets and an idle timer of ${groups.idleSeconds} s.`;
  return {
    "reset-elsewhere": [
      ...ecmpTable(runs, (samples) => share(samples, "resetOnOthers", "onOthers")),
      "",
      `${provenance(figures)}${described} ${weighing[figures.weighing ?? "router"]}`,
    ],
    "reset-on-node": ecmpTable(runs, (samples) => share(samples, "resetOnNode", "onNode")),
    "new-connections": ecmpTable(runs, (samples) =>
      spreadText(
        samples.map(({ outageMs }) => outageMs),
        time,
      ),
    ),
    "more-nodes": table(
      ["nodes", "worst place", "mean", "best place"],
      counts.map((count) => [`${count}`, ...movedElsewhere(count, movedShares)]),
    ),
    "path-mtu": pathMtuTable(pathMtu),
    "on-link": onLinkTable(onLink),
  };
}

const failureNames = {
  stop: "stop (SIGTERM)",
  "announcer-killed": "announcer killed (-9), service lives",
  "node-killed": "announcer and service killed (-9)",
  "service-down": "service down, noticed by its check",
  "announcer-frozen": "announcer frozen, service lives",
  partition: "network between host and router gone",
  "link-down": "host's cable pulled",
  "router-restart": "router's daemon restarted",
};

const profiles = ["fast", "datacenter", "wan"];

function tuningTable(measurements, value) {
  const kinds = Object.keys(failureNames).filter((name) => measurements.some(({ kind }) => kind === name));
  const routers = Object.keys(routerNames).filter((name) => measurements.some(({ router }) => router === name));
  const rows = kinds.flatMap((kind) =>
    routers.map((router, index) => [
      index === 0 ? failureNames[kind] : "",
      routerNames[router],
      ...profiles.map((profile) => {
        const samples = measurements.filter(
          (each) => each.kind === kind && each.router === router && each.profile === profile,
        );
        return spreadText(samples.map(value), time);
      }),
    ]),
  );
  const lines = table(["", "router", ...profiles], rows);
  lines[1] = lines[1].replace("| ---: |", "| --- |");
  return lines;
}

function errorWaitTable(measurements) {
  const rows = unique(measurements.map(({ errorWait }) => errorWait.join(","))).map((key) => {
    const mine = measurements.filter(({ errorWait }) => errorWait.join(",") === key);
    return [
      `\`error wait time ${key}\``,
      spreadText(
        mine.map(({ backMs }) => backMs),
        time,
      ),
    ];
  });
  return table(["BIRD, profile datacenter", "back in the ECMP set after the network is healed"], rows);
}

/** The tables of `docs/tuning.md`. */
export function tuningTables({ quick, wan }) {
  const all = [...(quick?.measurements ?? []), ...(wan?.measurements ?? [])];
  const behind = [quick, wan].flatMap((part, index) =>
    part === undefined ? [] : [`${["fast and datacenter", "wan"][index]}: ${provenance(part)}`],
  );
  const checked = all.some(({ kind }) => kind === "service-down")
    ? ["A service that is down is noticed by a check with nothing but its defaults: every second, three failures."]
    : [];
  return {
    outage: [...tuningTable(all, ({ outageMs }) => outageMs), "", ...behind, ...checked],
    detected: tuningTable(
      all.filter(({ kind }) => kind !== "router-restart"),
      ({ detectedMs }) => detectedMs,
    ),
    back: tuningTable(
      all.filter(({ kind }) => kind !== "router-restart"),
      ({ backMs }) => backMs,
    ),
    "error-wait": errorWaitTable(quick?.errorWait ?? []),
  };
}
