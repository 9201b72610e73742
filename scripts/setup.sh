#!/usr/bin/env bash
# Puts everything in place that the tutorial, the tests and the benchmark need: host programs (apt), packages (npm ci)
# and the executable. A second run finds it all there and only checks.
# Usage: setup.sh [start|test|bench]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
purpose=${1:-start}

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'minke: %s\n' "$*" >&2; exit 1; }

# Debian package and what it is needed for.
host_programs=(
  "conmon|stays beside each container and keeps its output and exit code"
  "crun|starts containers (first choice of OCI runtime)"
  "runc|starts containers where crun cannot"
  "netavark|makes bridges, addresses and published ports"
  "aardvark-dns|answers container names on bridge networks"
  "catatonit|holds a pod's namespaces and is the init of --init"
  "skopeo|copies images from and to registries and archives"
  "iptables|carries netavark's rules for published ports"
  "nftables|the kernel's packet filter, behind iptables"
  "uidmap|maps user ids for containers of ordinary users"
  "iproute2|shows bridges and interfaces"
  "util-linux|mount, nsenter and flock"
  "procps|shows processes"
  "busybox-static|is the shell in the tutorial's and the tests' images"
  "ca-certificates|lets skopeo trust registries"
)
# Programs that go into images or run beside the tests: unpacked below .cache/, never installed, so that no service starts.
image_programs=("redis-server")
case $purpose in
  start) ;;
  test) host_programs+=("podman|runs beside minke in tests" "zstd|packs test layers"); image_programs+=("docker-registry") ;;
  bench) host_programs+=("podman|is what minke is measured against") ;;
  *) die "setup.sh: unknown purpose \"$purpose\"" ;;
esac

# Prints which of these packages are installed. dpkg-query fails where one is unknown, which is no failure here.
installed() {
  { dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true; } |
    awk '$2 == "installed" { printf "%s ", $1 }'
}

# Runs apt-get; refreshes the package lists only if the first try fails. apt's own output is shown when both fail.
apt_get() {
  local log=.cache/apt.log
  export DEBIAN_FRONTEND=noninteractive
  apt-get -y "$@" >"$log" 2>&1 </dev/null && return
  say "refreshing apt's package lists"
  if apt-get update >"$log" 2>&1 </dev/null && apt-get -y "$@" >"$log" 2>&1 </dev/null; then return; fi
  tail -n 20 "$log" >&2
  die "apt-get could not fetch what is missing (is there a network?): apt-get $*"
}

install_host_programs() {
  local have missing=() entry
  have=" $(installed "${host_programs[@]%%|*}" busybox)"
  for entry in "${host_programs[@]}"; do
    [[ $have == *" ${entry%%|*} "* ]] && continue
    # The dynamic busybox conflicts with the static one: leave it in peace and unpack the other.
    if [[ $entry == busybox-static* && $have == *" busybox "* ]]; then image_programs+=("busybox-static"); continue; fi
    [[ ${#missing[@]} -gt 0 ]] || say "these host programs are missing and will be installed with apt:"
    printf '  %-14s %s\n' "${entry%%|*}" "${entry#*|}"
    missing+=("${entry%%|*}")
  done
  [[ ${#missing[@]} -eq 0 ]] || apt_get install --no-install-recommends "${missing[@]}"
}

# Unpacks what is not installed, with the libraries it needs, to .cache/debian.
unpack_image_programs() {
  local have name missing=() debs=$PWD/.cache/debs deb
  have=" $(installed "${image_programs[@]}")"
  for name in "${image_programs[@]}"; do
    [[ $have == *" $name "* || -e .cache/debian/.has-$name ]] || missing+=("$name")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  say "fetching ${missing[*]} for test images (unpacked below .cache/, not installed)"
  mkdir -p "$debs/partial" .cache/debian
  apt_get install --no-install-recommends --download-only -o "Dir::Cache::archives=$debs" -o APT::Sandbox::User=root "${missing[@]}"
  for deb in "$debs"/*.deb; do dpkg -x "$deb" .cache/debian; done
  for name in "${missing[@]}"; do touch ".cache/debian/.has-$name"; done
}

install_packages() {
  local stamp
  stamp=$(sha256sum package-lock.json)
  [[ -f node_modules/.minke-stamp && $(<node_modules/.minke-stamp) == "$stamp" ]] && return
  command -v npm >/dev/null || die "npm is missing: install Node.js 20 or newer with npm"
  say "installing the packages of package-lock.json (npm ci)"
  npm ci --no-audit --no-fund >.cache/npm.log 2>&1 </dev/null || { tail -n 20 .cache/npm.log >&2; die "npm ci failed (is there a network?)"; }
  printf '%s' "$stamp" >node_modules/.minke-stamp
}

# crun refuses a hybrid hierarchy while a controller is left in its v2 half. The engine takes runc there; tests and the
# benchmark want both runtimes, so they mount such a controller as v1, which changes nothing for anyone else.
free_v2_controllers() {
  local controllers=/sys/fs/cgroup/unified/cgroup.controllers name
  [[ -r $controllers ]] || return 0
  for name in $(<"$controllers"); do
    say "mounting the v1 hierarchy of cgroup controller $name, so that crun can run on this hybrid host"
    mkdir -p "/sys/fs/cgroup/$name"
    mount -t cgroup -o "$name" none "/sys/fs/cgroup/$name" || say "mounting it failed; tests will use runc"
  done
}

[[ $(uname -s) == Linux ]] || die "minke runs on Linux"
[[ $(id -u) -eq 0 ]] || die "this needs root for now: run it as root or with sudo"
command -v apt-get >/dev/null || die "this needs a Debian or Ubuntu machine with apt-get, to install the host programs"

mkdir -p .cache
exec 9>.cache/setup.lock
flock 9
install_host_programs
unpack_image_programs
install_packages
[[ $purpose == start ]] || free_v2_controllers
exec 9>&-
bash scripts/build.sh
