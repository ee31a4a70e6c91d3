"""Spectral radius, norm, singular values and eigenvalues by NumPy of the matrices on stdin; cosines' nearest rows of the last one."""
import json
import sys

import numpy as np

answers = []
for rows in json.load(sys.stdin):
    a = np.array(rows)
    answer = {"singular": np.linalg.svd(a, compute_uv=False).tolist()}
    if a.shape[0] == a.shape[1]:
        values = np.linalg.eigvals(a)
        answer["eigenvalues"] = sorted([[v.real, v.imag] for v in values.tolist()])
        answer["radius"] = float(np.abs(values).max())
    unit = a / np.linalg.norm(a, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    answer["nearest"] = np.argsort(-cosines, axis=1)[:, :10].tolist()
    answers.append(answer)
print(json.dumps(answers))
