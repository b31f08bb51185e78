# Runs in the box behind a load; follows loaded.py. Answers with the tensors of what was loaded, each with a digest of its bytes; and of a second load
# by the same loader, in which only containers, arrays and tensors are made and everything else is stood in for.
import base64, copyreg, hashlib, io, pickle, zlib
REAL = {'builtins', '__builtin__', 'collections', 'copyreg', 'copy_reg', '_codecs', 'torch', 'torch._utils', 'torch._tensor', 'torch.tensor', 'torch.storage', 'torch.nn.parameter', 'torch.serialization', 'torch._C'}

def reconstructor(cls, base, state):
    if not (isinstance(cls, type) and issubclass(cls, Stand)): return copyreg._reconstructor(cls, base, state)
    made = cls()
    if state is not None: made.given[3].append(state)
    return made

def find(real, module, name):
    if (module, name) in (('copyreg', '_reconstructor'), ('copy_reg', '_reconstructor')): return reconstructor
    if (module, name) == ('torch.storage', '_load_from_bytes') and torch: return lambda b: torch.load(io.BytesIO(b), map_location='cpu')
    root = module.split('.')[0]
    # As later releases of NumPy 1 do.
    if module.startswith('numpy._core'): module = 'numpy.core' + module[len('numpy._core'):]
    if module in REAL or (root == 'numpy' and not module.startswith('numpy.random')) or (root == 'joblib' and module.startswith('joblib.numpy_pickle')):
        try: return real(module, name)
        except (ImportError, AttributeError): pass
    return type(name, (Stand,), {})

def stand_in(loader, path):
    """The same loader, for which every class that is no container, array or tensor is a stand-in."""
    class Unpickler(pickle._Unpickler):
        def __init__(self, file, **named):
            super().__init__(file, **dict(named, encoding='latin1' if named.get('encoding', 'ASCII') == 'ASCII' else named['encoding']))
        def find_class(self, module, name): return find(super().find_class, module, name)
    pickle.Unpickler, pickle.load = Unpickler, lambda file, **named: Unpickler(file, **named).load()
    joblib = sys.modules.get('joblib.numpy_pickle')
    if joblib:
        class NumpyUnpickler(joblib.NumpyUnpickler):
            def __init__(self, *given, **named):
                super().__init__(*given, **named)
                self.encoding = 'latin1'
            def find_class(self, module, name): return find(super().find_class, module, name)
        joblib.NumpyUnpickler = NumpyUnpickler
    return loader(path)

def listed(found):
    rows = []
    for name, tensor in found.items():
        kind, shape, data = tensor if isinstance(tensor, tuple) else want(tensor)
        rows.append([name, kind, list(shape), hashlib.sha256(data).hexdigest()])
    return rows

def attempt(make):
    try: return {'tensors': listed(make())}
    except Exception as error: return {'error': f'{type(error).__name__}: {error}'[:300]}

def after(thing, loader, path):
    sys.setrecursionlimit(20000)
    answer = {'real': attempt(lambda: tensors(thing)) if thing is not None else None}
    head = open(path, 'rb').read(9)
    if head[8:] == b'{': answer['specified'] = attempt(lambda: read(path))
    else: answer['stood'] = attempt(lambda: tensors(stand_in(loader, path)))
    return base64.b64encode(zlib.compress(json.dumps(answer).encode())).decode()
