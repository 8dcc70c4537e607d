"""What parity_matrix.py calls equal and what not; run by tests/tools/tools_test."""
import array
import os
import sys
import tempfile

sys.dont_write_bytecode = True
import parity_matrix as matrix  # noqa: E402

CORE, ONNX = list(matrix.CORE)[1], list(matrix.ONNX)[0]
SCORES = [1.5, 2.5, -0.0, float("nan")]
ULP = 2**-23


def floats(*values):
    return array.array("f", values).tobytes()


def labels(*values):
    return array.array("q", values).tobytes()


def cell(title, changed=None, data=b"", detector="knn", determinism="exact", broken=None, absent=None):
    """The cell of a runtime whose results are the reference's but for one file; None: it did not write that file."""
    files = {"onnx": b"model", "training.f32": floats(*SCORES), "score.f32": floats(*SCORES),
             "probability.f32": floats(*SCORES), "label.i64": labels(0, 1, 0, 1)}
    with tempfile.TemporaryDirectory() as folder:
        for place, contents in (("reference", files), ("other", {**files, **({changed: data} if changed else {})})):
            os.mkdir(os.path.join(folder, place))
            for suffix, content in contents.items():
                if content is not None:
                    with open(os.path.join(folder, place, f"d.{detector}.{suffix}"), "wb") as file:
                        file.write(content)
        row = {"data": "d", "detector": detector, "class": determinism}
        return matrix.fill_column([row], os.path.join(folder, "reference"), os.path.join(folder, "other"), title,
                                  broken or {}, absent or {})[0]


one_bit, too_far = floats(1.5 + ULP, *SCORES[1:]), floats(1.5001, *SCORES[1:])
assert cell(CORE).text == cell(ONNX).text == "exact"
for file in ("onnx", "training.f32", "score.f32", "probability.f32", "label.i64"):
    assert cell(CORE, file, None).failed, file
assert cell(CORE, "onnx", b"Model").failed
assert cell(CORE, "training.f32", one_bit).failed and cell(CORE, "probability.f32", one_bit).failed
assert cell(CORE, "score.f32", floats(1.5, 2.5, 0.0, SCORES[3])).failed, "the sign of zero is a bit"
assert cell(CORE, "score.f32", one_bit, determinism="close").text == "<=1e-07"
assert cell(CORE, "score.f32", too_far, determinism="close").failed
assert cell(ONNX, "score.f32", one_bit).text == "<=1e-07" and cell(ONNX, "score.f32", too_far).failed
assert cell(ONNX, "score.f32", one_bit, detector="iforest").failed
assert cell(ONNX, "score.f32", floats(1.5, 2.5, 0.0, SCORES[3])).text == "<=0"
assert cell(ONNX, "score.f32", floats(SCORES[3], *SCORES[1:])).failed, "a score that is not a number"
assert cell(ONNX, "score.f32", floats(*SCORES[1:])).failed and cell(ONNX, "label.i64", labels(1, 1, 0, 1)).failed
assert cell(ONNX, broken={"d.knn": "refused"}).why == "refused"
assert cell(CORE, broken={"d.knn": "no"}, absent={"d.knn": "no"}).failed and not cell(CORE, absent={"d.knn": "no"}).counts
assert matrix.summary([cell(ONNX), cell(ONNX, "score.f32", one_bit)]) == "<=1e-07"
assert matrix.summary([cell(ONNX), cell(ONNX, "score.f32", too_far)]) == "DIFF (1 of 2)"
