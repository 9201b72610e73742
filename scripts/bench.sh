#!/usr/bin/env bash
# Compares minke with podman and writes bench/RESULTS.md. Options are passed to bench/run.ts:
# --runs N (default 7), --runtime crun|runc, --only TEXT (rows whose scenario has it in its name; nothing is written).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash scripts/setup.sh bench
exec node_modules/.bin/bun bench/run.ts "$@"
