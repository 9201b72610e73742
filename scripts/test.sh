#!/usr/bin/env bash
# Sets up what is missing, builds, checks and runs every test. Arguments are passed to scripts/run-tests.ts: suite names or
# parts of file names, e.g. `npm test -- e2e pod`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash scripts/setup.sh test
exec node_modules/.bin/bun scripts/run-tests.ts "$@"
