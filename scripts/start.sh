#!/usr/bin/env bash
# Sets up what is missing, then shows the main job on a real pod: a tutorial of minke commands and what they print.
# Options are passed to scripts/start.ts: --port N, --root DIR, --runroot DIR.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash scripts/setup.sh start
exec node_modules/.bin/bun scripts/start.ts "$@"
