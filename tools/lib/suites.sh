# The suites of tools/test; sourced by it. Each adds to passed, failed and skipped.
# shellcheck disable=SC2034  # `passed` and its kin are read by tools/test
# shellcheck disable=SC2154  # `root` and `long` come from tools/test
passed=0
failed=0
skipped=0

# add_counts FILE: adds the last "N passed, N failed[, N skipped]" line of FILE; without one, a failure.
add_counts() {
  local line
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1)
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
  else
    failed=$((failed + 1))
  fi
}

# run_script COMMAND...: a script that ends with the line add_counts reads.
run_script() {
  local log
  log=$(mktemp)
  "$@" 2>&1 | tee "$log"
  local status=${PIPESTATUS[0]}
  add_counts "$log"
  if [ "$status" -ne 0 ] && grep -qE '^[0-9]+ passed, 0 failed' "$log"; then failed=$((failed + 1)); fi
  rm -f "$log"
}

# run_catch COMMAND...: a Catch2 program. A case that prints "SKIPPED: why" counts as skipped, not as passed.
run_catch() {
  local log cases bad skips status
  log=$(mktemp)
  "$@" --use-colour no 2>&1 | tee "$log" | grep -vE '^(=+|-+)$' | tail -n 60
  status=${PIPESTATUS[0]}
  skips=$(grep -c '^SKIPPED: ' "$log")
  if [[ $(grep -E '^All tests passed' "$log") =~ in\ ([0-9]+)\ test\ case ]]; then
    cases=${BASH_REMATCH[1]} bad=0
  elif [[ $(grep -E '^test cases:' "$log") =~ ^test\ cases:\ *([0-9]+)(.*\|\ *([0-9]+)\ failed)? ]]; then
    cases=${BASH_REMATCH[1]} bad=${BASH_REMATCH[3]:-0}
  else
    echo "$*: ended without a result (exit $status)"
    cases=1 bad=1
  fi
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  passed=$((passed + cases - bad - skips))
  failed=$((failed + bad))
  skipped=$((skipped + skips))
  rm -f "$log"
}

# build_or_fail PRESET [TARGET...]: a build that fails is a failed test.
build_or_fail() {
  local log
  log=$(mktemp)
  if build_preset "$@" >"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  tail -n 60 "$log"
  rm -f "$log"
  failed=$((failed + 1))
  return 1
}

suite_check() {
  build_or_fail release outpost || return
  run_script "$root/tools/check"
}

suite_release() {
  build_or_fail release || return
  for program in unit conformance cli accuracy; do run_catch "$root/build/release/tests/outpost_${program}_tests"; done
}

# Models run by ONNX Runtime and looked at by ONNX's own checker.
suite_onnx() {
  build_or_fail release outpost_onnx_tests || return
  run_catch "$root/build/release/tests/outpost_onnx_tests"
}

suite_asan() {
  build_or_fail asan outpost_unit_tests outpost_conformance_tests outpost_cli_tests || return
  for program in unit conformance cli; do run_catch "$root/build/asan/tests/outpost_${program}_tests"; done
}

# Only what starts threads; the rest would repeat the other suites, ten times slower.
suite_tsan() {
  build_or_fail tsan outpost_unit_tests outpost_conformance_tests || return
  run_catch "$root/build/tsan/tests/outpost_unit_tests" "[threads]"
  run_catch "$root/build/tsan/tests/outpost_conformance_tests" "[threads]"
}

suite_wasm() {
  build_or_fail wasm || return
  for program in unit conformance; do run_catch run_built wasm "tests/outpost_${program}_tests"; done
  compare_fingerprints wasm
}

# Cross-compiled, under qemu.
suite_arm64() {
  build_or_fail arm64 outpost outpost_unit_tests outpost_conformance_tests || return
  # ONNX Runtime's ARM64 library ends in a segmentation fault under qemu-user; the core's own code does not.
  echo "SKIPPED: ONNX Runtime's own library is not run under qemu-user"
  skipped=$((skipped + 1))
  run_catch run_built arm64 tests/outpost_unit_tests "~[onnxruntime]~[.]"
  run_catch run_built arm64 tests/outpost_conformance_tests
  compare_fingerprints arm64
  build_or_fail release outpost || return
  run_script "$root/tests/parity/same_program"
}

# The sample and awkward data in every runtime; tools/bench parity has the public data sets as well.
suite_parity() {
  build_or_fail release outpost_parity_programs || return
  build_or_fail arm64 outpost_parity_programs || return
  build_or_fail wasm outpost_parity_programs || return
  run_script "$root/tests/parity/parity_matrix.py" --sample
}

# fingerprints PRESET: one line for the model and the scores of each detector and scaling.
fingerprints() {
  run_built "$1" tests/outpost_conformance_tests "[.fingerprint]" --use-colour no | grep '^fingerprint'
}

# compare_fingerprints PRESET: training and scoring give the same bits there and natively.
compare_fingerprints() {
  local native other
  build_or_fail release outpost_conformance_tests || return
  native=$(fingerprints release)
  other=$(fingerprints "$1")
  if [ -n "$native" ] && [ "$native" = "$other" ]; then
    echo "$(wc -l <<<"$native") fingerprints are the same natively and in $1"
    passed=$((passed + 1))
  else
    diff <(echo "$native") <(echo "$other")
    failed=$((failed + 1))
  fi
}

# The npm package in Node, Chromium, Firefox and a project that installs it.
suite_package() {
  build_or_fail release outpost || return
  build_or_fail wasm outpost_wasm_package || return
  run_script "$root/tests/package/package_test"
}

# The web app: types, logic, and the stories in Chromium against what is built.
suite_pwa() {
  build_or_fail wasm outpost_wasm_package || return
  run_script "$root/pwa/tools/check"
  if build_pwa; then run_script "$root/e2e/e2e_test"; else failed=$((failed + 1)); fi
}

suite_fuzz() {
  build_or_fail fuzz outpost_fuzz || return
  if [ "$long" -eq 1 ]; then run_script "$root/tools/fuzz" --seconds 300; else run_script "$root/tools/fuzz" --seconds 20; fi
}

suite_tools() {
  build_or_fail release outpost || return
  run_script "$root/tests/tools/tools_test"
}
