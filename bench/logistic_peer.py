# SPDX-License-Identifier: Apache-2.0
"""The peer of model_workload: the same logistic regression by scikit-learn and by LIBLINEAR.

usage: logistic_peer.py X Y COLUMNS OUR_SECONDS   (X: doubles row after row, Y: bytes 0 or 1)
"""

import sys
import time

import numpy as np
from sklearn.linear_model import LogisticRegression

x = np.fromfile(sys.argv[1]).reshape(-1, int(sys.argv[3]))
y = np.fromfile(sys.argv[2], dtype=np.uint8)
ours = float(sys.argv[4])
for name, model in (
    ("scikit-learn, lbfgs", LogisticRegression(C=1.0, solver="lbfgs", tol=1e-4, max_iter=1000)),
    ("scikit-learn, newton-cholesky", LogisticRegression(C=1.0, solver="newton-cholesky")),
    ("LIBLINEAR", LogisticRegression(C=1.0, solver="liblinear", dual=False)),
):
    start = time.process_time()
    model.fit(x, y)
    seconds = time.process_time() - start
    margin = x @ model.coef_[0] + model.intercept_[0]
    loss = np.logaddexp(0, np.where(y == 1, -margin, margin)).sum() + (model.coef_**2).sum() / 2
    print(f"  {name}: {seconds:.2f} s, objective {loss:.4f}; ours took {ours / seconds:.2f} of it")
