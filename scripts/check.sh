#!/usr/bin/env bash
# The gate before every commit: format, lint, types, import rules, documentation, unit tests on Bun. Under a minute.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PWD/node_modules/.bin:$PATH

[[ -x node_modules/.bin/tsc ]] || { echo "minke: the packages are missing: run npm ci first" >&2; exit 1; }

step() { printf 'check: %s\n' "$1"; }

step "format and lint"
biome check --error-on-warnings .
# The library's tests import it as its users do, so that it must be there for their types.
step "build"
bash scripts/build.sh
step "types"
tsc -p .
step "import rules"
bun scripts/check-imports.ts
step "documentation and hygiene"
bun scripts/check-docs.ts
step "scripts"
for script in scripts/*.sh .ci/run; do bash -n "$script"; done
[[ ${1:-} == --no-tests ]] && exit 0
step "unit tests"
bun scripts/run-tests.ts unit-bun
