#!/usr/bin/env bash
# Builds dist/lib (the library and its types, for Bun and Node) and dist/minke (one executable, no runtime needed).
# Does nothing when the sources have not changed since the last build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mkdir -p dist .cache
exec 9>.cache/build.lock
flock 9

stamp=$( (find src -name '*.ts' ! -name '*.test.ts' -type f | LC_ALL=C sort; echo package-lock.json tsconfig.json tsconfig.build.json scripts/build.sh) | xargs sha256sum | sha256sum)
[[ -x dist/minke && -f dist/.stamp && $(<dist/.stamp) == "$stamp" ]] && exit 0

echo "build: compiling the library to dist/lib"
rm -rf dist/lib.new
node_modules/.bin/tsc -p tsconfig.build.json --outDir dist/lib.new
chmod 755 dist/lib.new/bin/minke.js
rm -rf dist/lib
mv dist/lib.new dist/lib

echo "build: compiling the executable dist/minke"
# Bytecode and splitting halve the start of a command. Without the last two options a .env file or a bunfig.toml in the
# directory where somebody runs minke would change what it does.
node_modules/.bin/bun build --compile --minify --bytecode --format=esm --splitting \
  --no-compile-autoload-dotenv --no-compile-autoload-bunfig --external koffi \
  src/bin/minke.ts --outfile dist/minke.new >/dev/null
mv -f dist/minke.new dist/minke
printf '%s' "$stamp" >dist/.stamp
