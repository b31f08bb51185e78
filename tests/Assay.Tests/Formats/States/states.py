# Writes objects of real libraries with native code into the folder argv[1]: good_* as they are, bad_* with indices that lead elsewhere. Nothing is loaded.
import copy
import os
import pickle
import sys

import joblib
import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.interpolate import BSpline
from scipy.spatial import cKDTree
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.neighbors import BallTree, KDTree, KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
random = np.random.default_rng(1)
X = random.random((40, 5))
X[X < .5] = 0
y = (X.sum(1) > 1).astype(int)


class Made:
    def __init__(self, *reduced):
        self.reduced = reduced

    def __reduce__(self):
        return self.reduced


def write(name, value, protocol=4):
    if name.endswith('.joblib'):
        joblib.dump(value, os.path.join(folder, name))
    elif name.endswith('.npz'):
        sp.save_npz(os.path.join(folder, name), value)
    else:
        with open(os.path.join(folder, name), 'wb') as f:
            pickle.dump(value, f, protocol=protocol)


for kind in ('csr', 'csc', 'bsr', 'coo'):
    for protocol in (0, 2, 5):
        m = sp.csr_matrix(X).asformat(kind)
        write('good_%s_%d.pkl' % (kind, protocol), m, protocol)
        (m.row if kind == 'coo' else m.indices)[3] = 1 << 30
        write('bad_%s_%d.pkl' % (kind, protocol), m, protocol)
    m = sp.csr_matrix(X).asformat(kind)
    write('good_%s.joblib' % kind, m)
    write('good_%s.npz' % kind, m)
    (m.col if kind == 'coo' else m.indptr)[-1] = 1 << 29
    write('bad_%s.joblib' % kind, m)
    write('bad_%s.npz' % kind, m)

c = pd.Categorical(['a', 'b', None, 'a'])
frame = pd.DataFrame({'x': pd.Categorical(['a', 'b', 'c', 'a'] * 10), 'y': range(40)})
write('good_categorical.pkl', c)
write('good_frame.pkl', frame)
c._ndarray[1] = 100
frame['x'].values._ndarray[3] = -2
write('bad_categorical.pkl', c)
write('bad_frame.pkl', frame)
m = pd.MultiIndex.from_product([['a', 'b'], [1, 2, 3]])
write('good_levels.pkl', pd.Series(range(6), index=m))
m = pd.MultiIndex(levels=m.levels, codes=[np.array([0, 0, 0, 1, 1, 100]), m.codes[1]], verify_integrity=False)
write('bad_levels.pkl', pd.Series(range(6), index=m))

tree = DecisionTreeClassifier(random_state=0).fit(X, y)
write('good_tree.pkl', tree)
write('good_forest.joblib', RandomForestClassifier(5, random_state=0).fit(X, y))


def planted(model, tree, field, value):
    cls, args, state = tree.__reduce__()
    state = dict(state, nodes=state['nodes'].copy())
    state['nodes'][field][0] = value
    return Made(cls, args, state)


for case, field, value in (('child', 'left_child', 1 << 40), ('feature', 'feature', 1 << 30), ('loop', 'right_child', 0)):
    t = copy.deepcopy(tree)
    t.__dict__['tree_'] = planted(t, t.tree_, field, value)
    write('bad_tree_%s.joblib' % case, t)
boosted = GradientBoostingClassifier(n_estimators=2, random_state=0).fit(X, y)
write('good_boosted.joblib', boosted)
boosted.estimators_[1, 0].__dict__['tree_'] = planted(boosted, boosted.estimators_[1, 0].tree_, 'left_child', 1 << 20)
write('bad_boosted.joblib', boosted)
h = HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=3, categorical_features=[0]).fit(np.c_[random.integers(0, 5, 40), X], y)
write('good_histogram.joblib', h)
for field, value in (('left', 4000000000), ('feature_idx', 1 << 31), ('bitset_idx', 1 << 30)):
    b = copy.deepcopy(h)
    nodes = b._predictors[0][0].nodes
    nodes['is_categorical'][0] = 1
    nodes[field][0] = value
    write('bad_histogram_%s.joblib' % field, b)

for name, kind in (('kd', KDTree), ('ball', BallTree)):
    t = kind(X, leaf_size=4)
    write('good_%s.pkl' % name, t)
    cls, args, state = t.__reduce__()
    state = [np.array(s) if isinstance(s, np.ndarray) else s for s in state]
    state[1][0] = 1 << 40
    write('bad_%s.pkl' % name, Made(cls, args, tuple(state)))
write('good_spatial.pkl', cKDTree(X, leafsize=3))
n = KNeighborsClassifier(3, algorithm='brute').fit(sp.csr_matrix(X), y)
write('good_neighbours.pkl', n)
n._fit_X.indices[0] = -7
write('bad_neighbours.pkl', n)
s = SVC().fit(X, y)
write('good_svc.pkl', s)
s._n_support = np.array([1 << 20, 1 << 20], np.int32)
write('bad_svc.pkl', s)
b = BSpline(np.arange(11.), np.arange(7.), 3)
write('good_spline.pkl', b)
b.c = np.arange(2.)
write('bad_spline.pkl', b)

write('good_seed.pkl', np.random.SeedSequence(260583498))
r = np.random.RandomState(0)
write('good_random.pkl', r)
state = list(r.get_state())
state[2] = 1 << 30
r.set_state(tuple(state))
write('bad_random.pkl', r)
for name, bits, key in (('philox', np.random.Philox, None), ('twister', np.random.MT19937, 'state')):
    g = np.random.Generator(bits(3))
    write('good_%s.pkl' % name, g)
    state = g.bit_generator.state
    (state[key] if key else state)['pos' if key else 'buffer_pos'] = -100000
    g.bit_generator.state = state
    write('bad_%s.pkl' % name, g)
