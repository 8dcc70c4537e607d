"""The runtimes of the parity matrix: each trains or scores into a folder of its own."""
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


class NotHere(Exception):
    """The runtime cannot be had on this machine, or was not built; the message says why."""


class Failed(Exception):
    """The runtime is there and did not do its work; the message says what it said."""


class Work:
    """What is compared (CSV files, options of outpost_parity), and where builds and results are."""

    def __init__(self, builds, results, files, options):
        self.builds, self.results, self.files, self.options = builds, results, files, options

    def folder(self, name):
        path = os.path.join(self.results, name)
        os.makedirs(path, exist_ok=True)
        return path

    def built(self, preset, name):
        path = os.path.join(self.builds, preset, name)
        if not os.path.exists(path):
            raise NotHere(f"build/{preset}/{name} was not built")
        return path


def failures(printed, word="failed"):
    """DATA.DETECTOR -> why the runtime could not train, read back or run its model; "absent": why it was not to."""
    lines = [line.split(" ", 2) for line in printed.splitlines() if line.startswith(word + " ")]
    return {stem.rstrip(":"): why for _, stem, why in lines}


def run(command):
    """Its standard output, which may have lines "failed DATA.DETECTOR: REASON"; exit status 3: something is not here."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 3:
        raise NotHere(done.stderr.strip())
    if done.returncode and not (done.returncode == 1 and failures(done.stdout)):
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Failed(f"exit status {done.returncode}: {' / '.join(said[-3:])[:300]}")
    return done.stdout


def program(name):
    path = shutil.which(name)
    if path is None:
        raise NotHere(f"{name} is not installed")
    return path


def node():
    """The project's own Node, else the system's."""
    own = os.path.join(ROOT, "node_modules/.bin/node")
    return own if os.path.exists(own) else program("node")


def browser(*packages):
    for package in ("playwright-core", *packages):
        if not os.path.exists(os.path.join(ROOT, "node_modules", package)):
            raise NotHere(f"node_modules/{package} is missing: run tools/setup")
    program(os.environ.get("OUTPOST_CHROMIUM", "/usr/bin/chromium"))
    return [node(), os.path.join(HERE, "in_browser.mjs")]


def native(simd):
    def start(work, folder):
        return run([work.built("release", "tests/outpost_parity"), "--simd", simd, *work.options,
                    "--write", folder, "--scores", folder, *work.files])
    return start


def arm64(work, folder):
    return run([program("qemu-aarch64-static"), "-L", "/usr/aarch64-linux-gnu",
                work.built("arm64", "tests/outpost_parity"), *work.options,
                "--write", folder, "--scores", folder, *work.files])


def wasm_in_node(work, folder):
    return run([node(), os.path.join(HERE, "in_node.mjs"), work.built("wasm", "tests/outpost_parity.js"), folder,
                *work.options, *work.files])


def wasm_in_chromium(work, folder):
    return run([*browser(), "core", work.built("wasm", "tests/outpost_parity.js"), folder, *work.options, *work.files])


def package_in_chromium(work, folder):
    return run([*browser(), "package", work.folder("reference"), folder, os.path.dirname(work.built("wasm", "package/index.js"))])


def onnx_web(work, folder):
    return run([*browser("onnxruntime-web"), "onnx", work.folder("reference"), folder])


def onnx_native(work, folder):
    return run([work.built("release", "tests/outpost_parity_onnx"), work.folder("reference"), folder])


# Title -> how it is run. Those of CORE train and score; those of ONNX score the first one's models. All but the first
# may read what that has written.
CORE = {
    "SSE4": native("sse4"),
    "AVX2": native("avx2"),
    "AVX-512": native("avx512"),
    "no SIMD": native("scalar"),
    "ARM64 (qemu)": arm64,
    "wasm, Node": wasm_in_node,
    "wasm, Chromium": wasm_in_chromium,
    "outpost-wasm, Chromium": package_in_chromium,
}
ONNX = {
    "ORT native": onnx_native,
    "ORT Web, Chromium": onnx_web,
}


def write_model_list(folder, rows):
    """What others are to do again, one line a model: its file's name without ending, and what outpost_parity said."""
    with open(os.path.join(folder, "models.txt"), "w", encoding="utf-8") as file:
        for row in rows:
            file.write(f"{row['data']}.{row['detector']} {row['data']} {row['features']} {row['detector']} {row['kinds']} "
                       f"{row['indicator']}\n")
