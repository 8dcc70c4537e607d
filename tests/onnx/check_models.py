#!/usr/bin/env python3
"""Puts every model of a folder through ONNX's own checker and strict shape inference.

usage: check_models.py FOLDER      (needs Debian's python3-onnx, which is libonnx under Python)
The last line is "N models, N refused".
"""
import pathlib
import sys

import onnx
from onnx import checker, shape_inference

models, refused = 0, 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    models += 1
    try:
        model = onnx.load(str(path))
        checker.check_model(model, full_check=True)
        inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        outputs = {each.name: each.type.tensor_type.elem_type for each in inferred.graph.output}
        if list(outputs) != ["score", "probability", "label"]:
            raise ValueError(f"outputs {list(outputs)}")
    except Exception as wrong:  # whatever it is, it is the answer
        refused += 1
        print(f"{path.name}: {wrong}")
print(f"{models} models, {refused} refused")
sys.exit(1 if refused or not models else 0)
