# Shared by the scripts in tools/; sourced, not run.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# ensure_setup run|test: calls tools/setup unless a stamp says that this version of it has been here.
ensure_setup() {
  local stamp="$root/build/.setup-$1"
  if [ "$stamp" -nt "$root/tools/setup" ] && [ "$stamp" -nt "$root/tools/stage-onnxruntime" ] &&
    { [ "$1" = run ] || [ "$stamp" -nt "$root/package-lock.json" ]; }; then return; fi
  "$root/tools/setup" "$1"
  mkdir -p "$root/build"
  touch "$stamp"
}

# build_preset PRESET [TARGET...]: configures when needed and builds; all talk goes to stderr.
build_preset() {
  local preset=$1
  shift
  if [ ! -e "$root/build/$preset/build.ninja" ]; then
    (cd "$root" && cmake --preset "$preset") >&2
  fi
  local targets=()
  [ $# -gt 0 ] && targets=(--target "$@")
  if [ $# -eq 1 ] && ninja -C "$root/build/$preset" -n "$1" 2>/dev/null | grep -q 'no work to do'; then return; fi
  cmake --build "$root/build/$preset" "${targets[@]}" >&2
}

# build_pwa: the web app into pwa/dist, unless it is newer than all it is made of; all talk goes to stderr.
build_pwa() {
  local stamp="$root/build/.pwa-built"
  if [ -e "$stamp" ] && [ -e "$root/pwa/dist/index.html" ] && [ -z "$(find "$root/pwa" "$root/build/wasm/package" "$root/models/samples" "$root/package-lock.json" \
    \( -name node_modules -o -name dist \) -prune -o -type f -newer "$stamp" -print -quit)" ]; then return; fi
  (cd "$root/pwa" && PATH="$root/node_modules/.bin:$PATH" npm run --silent build) >&2 && touch "$stamp"
}

# run_built PRESET PROGRAM [ARGUMENT...]: runs what build/PRESET holds: natively, under Node or under qemu.
run_built() {
  local preset=$1 program=$2
  shift 2
  case $preset in
    wasm) node "$root/tests/support/run_wasm.cjs" "$root/build/wasm/$program.js" "$@" ;;
    arm64) qemu-aarch64-static -L /usr/aarch64-linux-gnu "$root/build/arm64/$program" "$@" ;;
    *) "$root/build/$preset/$program" "$@" ;;
  esac
}
