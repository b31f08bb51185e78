# Writes what joblib up to 0.9 wrote, with the classes that today's joblib keeps for reading it, and asks joblib what it loads.
import io, os, pickle, sys, zlib
import joblib
import numpy as np
from joblib import numpy_pickle_compat as compat
out = sys.argv[1]
os.makedirs(out, exist_ok=True)
rng = np.random.default_rng(5)
value = {'plain': np.arange(12.).reshape(3, 4), 'list': [np.asfortranarray(rng.standard_normal((2, 3)).astype('>f4')), 1], 'small': np.array([True, False])}
class OldPickler(pickle._Pickler):
    def __init__(self, file, protocol, base, packed):
        super().__init__(file, protocol)
        self.base, self.packed, self.count = base, packed, 0
    def save(self, obj, *rest):
        if isinstance(obj, np.ndarray):
            self.count += 1
            name = f'{self.base}_{self.count:02d}.npy'
            if self.packed:
                name += '.z'
                _, init, state = obj.__reduce__()
                with open(os.path.join(out, name), 'wb') as f: f.write(zfile(obj.tobytes('A')))
                obj = compat.ZNDArrayWrapper(name, init, state[:-1])
            else:
                with open(os.path.join(out, name), 'wb') as f: np.save(f, obj)
                obj = compat.NDArrayWrapper(name, type(obj))
        return super().save(obj, *rest)
def zfile(content):
    return b'ZF' + hex(len(content)).encode().ljust(19) + zlib.compress(content)
compat.NDArrayWrapper.__module__ = compat.ZNDArrayWrapper.__module__ = 'joblib.numpy_pickle'
for protocol in (2, 3, 4):
    for packed in (False, True):
        base = f'old{protocol}{"z" if packed else ""}.pkl'
        body = io.BytesIO()
        OldPickler(body, protocol, base, packed).dump(value)
        with open(os.path.join(out, base), 'wb') as f: f.write(zfile(body.getvalue()) if packed else body.getvalue())
        loaded = joblib.load(os.path.join(out, base))
        for name, array in (('plain', loaded['plain']), ('list.0', loaded['list'][0]), ('small', loaded['small'])):
            print(base, name, np.ascontiguousarray(array).astype(array.dtype.newbyteorder('<')).tobytes().hex())
