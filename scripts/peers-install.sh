#!/bin/sh
# Installs the real BGP peers and tools the tests run against (of prometheus, promtool alone; of the shells, what completion is tried with), without starting any service (Debian, root).
# Only missing packages are touched; a second run is a no-op.
set -eu

packages="bird2 frr gobgpd exabgp openbgpd tshark iproute2 prometheus zsh fish"

if [ "$(id -u)" != 0 ]; then
  echo "peers:install needs root to install Debian packages; run: sudo npx pnpm@10 peers:install" >&2
  exit 2
fi
if ! command -v apt-get >/dev/null; then
  echo "peers:install knows Debian's packages only; install these by hand: $packages" >&2
  exit 2
fi

missing=""
for package in $packages; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || :)
  [ "$status" = "install ok installed" ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "peers:install: all present: $packages"
  exit 0
fi

# invoke-rc.d asks policy-rc.d before it starts anything; 101 means "not allowed".
policy=/usr/sbin/policy-rc.d
if [ -e "$policy" ]; then
  echo "peers:install: $policy exists already and decides what starts"
else
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086 # a list of words
apt-get install -q -y --no-install-recommends $missing
echo "peers:install: installed:$missing"
