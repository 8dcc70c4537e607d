#!/usr/bin/env python3
"""Trains and scores the same data in every runtime, and prints where the results are equal.

usage: tests/parity/parity_matrix.py [--sample] [--rows N] [--builds DIR]
  --sample      the bundled sample and the awkward data only; default: also every file of ../shared/reference/tabular
                (or of the folder named by OUTPOST_REFERENCE)
  --rows N      at most N rows of each file, spread evenly over it (default 2000)
  --builds DIR  where release/, arm64/ and wasm/ are built (default build)
Markdown goes to standard output, progress to standard error; ends with "N passed, N failed, N skipped", counting cells.
"""
import argparse
import array
import glob
import math
import os
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from runtimes import CORE, ONNX, ROOT, Failed, NotHere, Work, failures, write_model_list  # noqa: E402

TRAINED = ("onnx", "training.f32")
ANSWERS = ("score.f32", "probability.f32", "label.i64")
TOLERANCE = 1e-5  # of what need not be equal to the last bit
BIT_EQUAL_IN_ONNX_RUNTIME = {"iforest"}


def say(text):
    print(f"parity: {text}", file=sys.stderr, flush=True)


def read(folder, stem, suffix):
    try:
        with open(os.path.join(folder, f"{stem}.{suffix}"), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def numbers(data, suffix):
    out = array.array("q" if suffix.endswith("i64") else "f")
    out.frombytes(data)
    return out


def relative_difference(ours, theirs):
    """The largest over all values; infinite where one is not finite and the other is."""
    worst = 0.0
    for a, b in zip(ours, theirs):
        if a == b or (a != a and b != b):
            continue
        difference = abs(a - b) / max(abs(a), abs(b))
        worst = max(worst, difference if difference == difference else math.inf)
    return worst


class Cell:
    def __init__(self, text, failed=False, skipped=False, why="", counts=True):
        self.text, self.failed, self.skipped, self.why, self.counts = text, failed, skipped, why, counts


def compare(row, reference, folder, suffixes, must_be_equal):
    """One row's results in `folder` beside the reference's; of `must_be_equal` no bit may differ."""
    stem = f"{row['data']}.{row['detector']}"
    worst, unequal, wrong = 0.0, False, []
    for suffix in suffixes:
        ours, theirs = read(reference, stem, suffix), read(folder, stem, suffix)
        if theirs is None:
            return Cell("DIFF", failed=True, why=f"gave no {suffix}")
        if ours == theirs:
            continue
        unequal = True
        if suffix == "onnx" or len(ours) != len(theirs):
            wrong.append(f"{suffix}: {len(ours)} bytes and {len(theirs)}")
            continue
        a, b = numbers(ours, suffix), numbers(theirs, suffix)
        if suffix == "label.i64":
            wrong.append(f"{sum(x != y for x, y in zip(a, b))} labels of {len(a)}")
            continue
        difference = relative_difference(a, b)
        worst = max(worst, difference)
        if suffix in must_be_equal or difference > TOLERANCE:
            wrong.append(f"{suffix[:-4]}: relative difference up to {difference:.1e}, "
                         f"{sum(x != y for x, y in zip(a, b))} of {len(a)}")
    if wrong:
        return Cell("DIFF", failed=True, why="; ".join(wrong))
    if not unequal:
        return Cell("exact")
    return Cell(f"<={10.0 ** math.ceil(math.log10(worst)):.0e}" if worst > 0 else "<=0")  # 0: signs of zeros alone


def run_column(work, title, start, folder):
    """None and what it printed, or the cell that stands for its whole column."""
    began = time.monotonic()
    try:
        printed = start(work, folder)
    except NotHere as reason:
        say(f"{title}: left out: {reason}")
        return Cell("-", skipped=True, why=str(reason)), ""
    except Failed as reason:
        say(f"{title}: failed: {reason}")
        return Cell("DIFF", failed=True, why=str(reason)), ""
    say(f"{title}: {time.monotonic() - began:.1f} s")
    return None, printed


def parse_rows(printed):
    """What was compared: data, detector, and what outpost_parity says of them."""
    rows = []
    for line in printed.splitlines():
        words = line.split()
        if words[:1] == ["parity"]:
            rows.append({"data": words[1], "detector": words[2], **dict(word.split("=", 1) for word in words[3:])})
        elif words[:1] == ["failed"]:
            data, detector = words[1].rstrip(":").rsplit(".", 1)
            rows.append({"data": data, "detector": detector})
    return rows


def fill_column(rows, reference, folder, title, broken, absent):
    """One cell a row; `broken`: rows that failed in the reference, or here; `absent`: that are nothing for this runtime."""
    cells = []
    for row in rows:
        stem = f"{row['data']}.{row['detector']}"
        if stem in broken:
            cells.append(Cell("DIFF", failed=True, why=broken[stem]))
        elif stem in absent:
            cells.append(Cell("-", why=absent[stem], counts=False))
        elif folder == reference:
            cells.append(Cell("reference", counts=False))
        elif title in CORE:
            everything = TRAINED + ANSWERS
            cells.append(compare(row, reference, folder, everything, everything if row["class"] == "exact" else ()))
        else:
            cells.append(compare(row, reference, folder, ANSWERS,
                                 ("score.f32",) if row["detector"] in BIT_EQUAL_IN_ONNX_RUNTIME else ()))
    return cells


def fill_matrix(work):
    """The rows that the first runtime printed, and title -> one cell a row."""
    rows, matrix, broken = [], {}, {}
    for title, start in {**CORE, **ONNX}.items():
        first = not matrix
        folder = work.folder("reference" if first else title.replace(" ", "_"))
        whole, printed = run_column(work, title, start, folder)
        if first:
            if whole is not None:
                raise SystemExit(f"parity: {title}, which the others are compared with: {whole.why}")
            rows = parse_rows(printed)
            broken = failures(printed)
            write_model_list(folder, [row for row in rows if "features" in row])
        if whole is not None:
            matrix[title] = [whole] * len(rows)
        else:
            matrix[title] = fill_column(rows, work.folder("reference"), folder, title, {**broken, **failures(printed)},
                                        failures(printed, "absent"))
    return rows, matrix


def summary(cells):
    """One cell for many: the worst."""
    for text in ("DIFF", "-"):
        count = sum(cell.text == text for cell in cells)
        if count:
            return f"{text} ({count} of {len(cells)})" if count < len(cells) else text
    return max((cell.text for cell in cells), key=lambda text: float(text[2:]) if text.startswith("<=") else 0.0)


def print_matrix(rows, matrix):
    titles = list(matrix)
    print("| over all data | " + " | ".join(titles) + " |\n|" + "---|" * (len(titles) + 1))
    for detector in dict.fromkeys(row["detector"] for row in rows):
        places = [i for i, row in enumerate(rows) if row["detector"] == detector]
        print(f"| {detector} | " + " | ".join(summary([matrix[t][i] for i in places]) for t in titles) + " |")
    print("\n| data | detector | " + " | ".join(titles) + " |\n|" + "---|" * (len(titles) + 2))
    for i, row in enumerate(rows):
        print(f"| {row['data']} | {row['detector']} | " + " | ".join(matrix[t][i].text for t in titles) + " |")
    reasons = {}
    for title in titles:
        for i, cell in enumerate(matrix[title]):
            if cell.why:
                reasons.setdefault((title, cell.text, cell.why), []).append(f"{rows[i]['data']}.{rows[i]['detector']}")
    print()
    for (title, text, why), where in reasons.items():
        print(f"- {title}, {text}, {'all rows' if len(where) == len(rows) else ', '.join(where)}: {why}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--builds", default=os.path.join(ROOT, "build"))
    arguments = parser.parse_args()
    files = [os.path.join(ROOT, "models/samples/host-metrics.csv")]
    reference = os.environ.get("OUTPOST_REFERENCE", os.path.join(ROOT, "..", "shared", "reference"))
    if not arguments.sample:
        found = sorted(glob.glob(os.path.join(reference, "tabular", "*.csv")))
        if not found:
            say(f"no data in {reference}/tabular: the sample and the awkward data only")
        files += found
    results = tempfile.mkdtemp(prefix="outpost-parity-")
    try:
        rows, matrix = fill_matrix(Work(arguments.builds, results, files, ["--rows", str(arguments.rows)]))
    finally:
        shutil.rmtree(results, ignore_errors=True)
    print(f"{len(files)} files, at most {arguments.rows} rows of each, and the awkward data.\n")
    print_matrix(rows, matrix)
    cells = [cell for column in matrix.values() for cell in column if cell.counts]
    failed, skipped = sum(cell.failed for cell in cells), sum(cell.skipped for cell in cells)
    print(f"\n{len(cells) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or len(cells) == skipped else 0


if __name__ == "__main__":
    sys.exit(main())
