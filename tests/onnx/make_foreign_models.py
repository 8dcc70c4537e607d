#!/usr/bin/env python3
"""Writes ONNX models that Outpost did not make, good and bad ones, for foreign_models_test.cpp.

usage: make_foreign_models.py FOLDER      (needs Debian's python3-onnx)
Inputs are [N, 3] unless the name says otherwise.
"""
import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(sys.argv[1])


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def tensor(name, values, kind):
    return numpy_helper.from_array(numpy.array(values, dtype=kind), name)


def save(name, nodes, inputs, outputs, tensors=(), opsets=(("", 17),), **more):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(tensors))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*opset) for opset in opsets],
                              producer_name="make_foreign_models", ir_version=8, **more)
    onnx.save(model, FOLDER / f"{name}.onnx")
    return model


rows = value("x", TensorProto.FLOAT, ["N", 3])
weights = tensor("w", [[1], [10], [100]], "float32")

# score = x0 + 10 x1 + 100 x2
scorer = [helper.make_node("MatMul", ["x", "w"], ["y"])]
save("scorer", scorer, [rows], [value("y", TensorProto.FLOAT, ["N", 1])], [weights])
save("double", scorer, [value("x", TensorProto.DOUBLE, ["N", 3])], [value("y", TensorProto.DOUBLE, ["N", 1])],
     [tensor("w", [[1], [10], [100]], "float64")])
save("one_row", scorer, [value("x", TensorProto.FLOAT, [1, 3])], [value("y", TensorProto.FLOAT, [1, 1])], [weights])
save("four_rows", scorer, [value("x", TensorProto.FLOAT, [4, 3])], [value("y", TensorProto.FLOAT, [4, 1])], [weights])
save("any_width", [helper.make_node("ReduceMax", ["x"], ["y"], axes=[1], keepdims=1)],
     [value("x", TensorProto.FLOAT, ["N", "D"])], [value("y", TensorProto.FLOAT, ["N", 1])])
save("flat", [helper.make_node("ReduceMax", ["x"], ["y"], axes=[1], keepdims=0)], [rows],
     [value("y", TensorProto.FLOAT, ["N"])])

# An autoencoder of two hidden values: the third feature is lost.
hidden = [helper.make_node("MatMul", ["x", "in"], ["h"]), helper.make_node("Relu", ["h"], ["r"]),
          helper.make_node("MatMul", ["r", "out"], ["rebuilt"])]
save("autoencoder", hidden, [rows], [value("rebuilt", TensorProto.FLOAT, ["N", 3])],
     [tensor("in", [[1, 0], [0, 1], [0, 0]], "float32"), tensor("out", [[1, 0, 0], [0, 1, 0]], "float32")])

# Two scores, and one beside a label as skl2onnx writes an isolation forest: low scores are anomalous.
both = [helper.make_node("MatMul", ["x", "w"], ["first"]), helper.make_node("Neg", ["first"], ["second"])]
save("two_outputs", both, [rows], [value("first", TensorProto.FLOAT, ["N", 1]),
                                       value("second", TensorProto.FLOAT, ["N", 1])], [weights])
forest = [helper.make_node("MatMul", ["x", "w"], ["far"]), helper.make_node("Neg", ["far"], ["scores"]),
          helper.make_node("Sign", ["scores"], ["sign"]), helper.make_node("Cast", ["sign"], ["label"], to=TensorProto.INT64)]
save("forest", forest, [rows], [value("label", TensorProto.INT64, ["N", 1]), value("scores", TensorProto.FLOAT, ["N", 1])],
     [weights])

# A classifier's probabilities: the second column is the anomaly's.
classes = [helper.make_node("MatMul", ["x", "two"], ["z"]), helper.make_node("Softmax", ["z"], ["p"], axis=1)]
save("probabilities", classes, [rows], [value("p", TensorProto.FLOAT, ["N", 2])],
     [tensor("two", [[0, 1], [0, 0], [0, 0]], "float32")])
zipped = helper.make_node("ZipMap", ["p"], ["maps"], domain="ai.onnx.ml", classlabels_int64s=[0, 1])
maps = onnx.ValueInfoProto(name="maps")
maps.type.sequence_type.elem_type.map_type.key_type = TensorProto.INT64
maps.type.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
save("zipmap", [*classes, zipped], [rows], [maps], [tensor("two", [[0, 1], [0, 0], [0, 0]], "float32")],
     opsets=(("", 17), ("ai.onnx.ml", 2)))

# log of a negative value, and of a missing one, is no number.
save("logarithm", [helper.make_node("MatMul", ["x", "w"], ["m"]), helper.make_node("Log", ["m"], ["y"])], [rows],
     [value("y", TensorProto.FLOAT, ["N", 1])], [weights])

# Whole numbers of 32 bits, half floats, and doubles that are one float32: 1 + the sum / 1e9.
sum_of = helper.make_node("MatMul", ["x", "w"], ["sum"])
for name, kind in (("int32", TensorProto.INT32), ("half", TensorProto.FLOAT16)):
    save(name, [sum_of, helper.make_node("Cast", ["sum"], ["y"], to=kind)], [rows], [value("y", kind, ["N", 1])],
         [weights])
    save(f"{name}_beside", [sum_of, helper.make_node("Cast", ["sum"], ["y"], to=kind)], [rows],
         [value("sum", TensorProto.FLOAT, ["N", 1]), value("y", kind, ["N", 1])], [weights])
save("close_doubles", [sum_of, helper.make_node("Cast", ["sum"], ["fine"], to=TensorProto.DOUBLE),
                       helper.make_node("Mul", ["fine", "scale"], ["part"]),
                       helper.make_node("Add", ["part", "one"], ["y"])], [rows],
     [value("y", TensorProto.DOUBLE, ["N", 1])],
     [weights, tensor("scale", 1e-9, "float64"), tensor("one", 1, "float64")])

# To be refused.
# Two rows at once, and as many values a row as the largest first feature of the two.
save("varying", [helper.make_node("Slice", ["x", "zero", "one", "one"], ["first"]),
                 helper.make_node("ReduceMax", ["first"], ["largest"], keepdims=0),
                 helper.make_node("Cast", ["largest"], ["columns"], to=TensorProto.INT64),
                 helper.make_node("Unsqueeze", ["columns", "zero"], ["last"]),
                 helper.make_node("Concat", ["one", "last"], ["shape"], axis=0),
                 helper.make_node("ReduceSum", ["x", "one"], ["sums"], keepdims=1),
                 helper.make_node("Expand", ["sums", "shape"], ["score"])],
     [value("x", TensorProto.FLOAT, [2, 3])], [value("score", TensorProto.FLOAT, [2, None])],
     [tensor("zero", [0], "int64"), tensor("one", [1], "int64")])
for fixed in (0, 1_000_001, 2**62):
    save(f"fixed_{fixed}", scorer, [value("x", TensorProto.FLOAT, [fixed, 3])],
         [value("y", TensorProto.FLOAT, [fixed, 1])], [weights])
save("whole_table", [helper.make_node("ReduceSum", ["x"], ["y"], keepdims=0)], [rows],
     [value("y", TensorProto.FLOAT, [])])
outside = save("external", scorer, [rows], [value("y", TensorProto.FLOAT, ["N", 1])],
               [tensor("w", numpy.ones((3, 1)), "float32")])
onnx.save_model(outside, str(FOLDER / "external.onnx"), save_as_external_data=True, location="external.bin",
                size_threshold=0)
save("custom_domain", [helper.make_node("Guess", ["x"], ["y"], domain="com.example")], [rows],
     [value("y", TensorProto.FLOAT, ["N", 1])], opsets=(("", 17), ("com.example", 1)))
save("unknown_operator", [helper.make_node("Guess", ["x"], ["y"])], [rows], [value("y", TensorProto.FLOAT, ["N", 1])])
save("cycle", [helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Neg", ["a"], ["b"])], [rows],
     [value("b", TensorProto.FLOAT, ["N", 3])])
save("rank_three", [helper.make_node("ReduceMax", ["x"], ["y"], axes=[1, 2], keepdims=0)],
     [value("x", TensorProto.FLOAT, ["N", 3, 4])], [value("y", TensorProto.FLOAT, ["N"])])
save("whole_numbers", [helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT)],
     [value("x", TensorProto.INT64, ["N", 3])], [value("y", TensorProto.FLOAT, ["N", 3])])
save("two_inputs", [helper.make_node("Add", ["x", "z"], ["s"]), helper.make_node("MatMul", ["s", "w"], ["y"])],
     [rows, value("z", TensorProto.FLOAT, ["N", 3])], [value("y", TensorProto.FLOAT, ["N", 1])], [weights])
save("wrong_shapes", [helper.make_node("MatMul", ["x", "w"], ["y"])], [rows], [value("y", TensorProto.FLOAT, ["N", 1])],
     [tensor("w", [[1], [2]], "float32")])
