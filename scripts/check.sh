#!/usr/bin/env bash
# The gate before every commit: format, lint, types, import rules, documentation, unit tests on Bun. Under a minute.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PWD/node_modules/.bin:$PATH

step() { printf 'check: %s\n' "$1"; }

step "format and lint"
biome check --error-on-warnings .
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
