# The tensors of what a real library loaded, under the names of docs/conversion.md; and of safetensors by their specification alone.
import collections, json, struct, sys, types
# Only libraries that are there already: without them nothing that was loaded can be theirs.
np, torch = sys.modules.get('numpy'), sys.modules.get('torch')
SIZE = dict(BOOL=1,U8=1,I8=1,F8_E5M2=1,F8_E4M3=1,I16=2,U16=2,F16=2,BF16=2,I32=4,U32=4,F32=4,F64=8,I64=8,U64=8,C64=8)
NP = {'f8':'F64','f4':'F32','f2':'F16','i8':'I64','i4':'I32','i2':'I16','i1':'I8','u8':'U64','u4':'U32','u2':'U16','u1':'U8','b1':'BOOL','c8':'C64','c16':'F64'}
NAMES = {}
if torch:
    NAMES = {torch.float64:'F64',torch.float32:'F32',torch.float16:'F16',torch.bfloat16:'BF16',torch.int64:'I64',torch.int32:'I32',torch.int16:'I16',torch.int8:'I8',torch.uint8:'U8',torch.bool:'BOOL',torch.complex64:'C64',torch.complex128:'F64'}

def read(path, strict=False):
    """The tensors by all names; strict where the file must be aligned, as what is written here is."""
    data = open(path, 'rb').read()
    n, = struct.unpack('<Q', data[:8])
    assert n <= 100_000_000 and 8 + n <= len(data) and data[8:9] == b'{'
    pairs = json.loads(data[8:8+n].decode('utf-8'), object_pairs_hook=lambda p: (_ for _ in ()).throw(ValueError('dup')) if len({k for k,_ in p}) != len(p) else dict(p))
    meta = pairs.pop('__metadata__', {})
    assert all(isinstance(k, str) and isinstance(v, str) for k, v in meta.items())
    at = 0
    out = {}
    for name, t in sorted(pairs.items(), key=lambda p: p[1]['data_offsets']):
        assert set(t) == {'dtype', 'shape', 'data_offsets'}
        b, e = t['data_offsets']
        count = 1
        for n_ in t['shape']: count *= n_
        assert b == at and e - b == count * SIZE[t['dtype']], name
        assert not strict or (n % 8 == 0 and (8 + n + b) % SIZE[t['dtype']] == 0), ('misaligned', name)
        at = e
        out[name] = (t['dtype'], tuple(t['shape']), data[8+n+b:8+n+e])
    assert 8 + n + at == len(data)
    for k, v in meta.items():
        if k not in out and v in out: out[k] = out[v]
    return out

def is_array(o): return np is not None and isinstance(o, np.ndarray)
def is_tensor(o): return torch is not None and isinstance(o, torch.Tensor)
def is_storage(o): return torch is not None and (torch.is_storage(o) or type(o).__name__ in ('TypedStorage', '_TypedStorage'))

def want(t):
    """Element type, shape and contiguous little-endian bytes, as safetensors has them."""
    if is_array(t):
        t = np.asarray(t)
        t = t.astype(t.dtype.newbyteorder('<'))
        kind = t.dtype.str[1:]
        return NP[kind], t.shape + ((2,) if kind == 'c16' else ()), np.ascontiguousarray(t).tobytes()
    t = t.detach()
    if str(t.dtype) in ('torch.quint4x2', 'torch.quint2x4'):
        bits = 4 if '4x2' in str(t.dtype) else 2
        raw = t.int_repr().numpy().tobytes()[:(t.numel() * bits + 7) // 8]
        if t.qscheme() == torch.per_tensor_affine:
            # What the bytes hold, element by element, is what dequantising gives.
            values = [raw[i * bits // 8] >> (i * bits % 8) & ((1 << bits) - 1) for i in range(t.numel())]
            assert torch.allclose((torch.tensor(values).reshape(t.shape) - float(t.q_zero_point())) * t.q_scale(), t.dequantize(), atol=1e-4)
        return 'U8', (len(raw),), raw
    if t.is_quantized: t = t.int_repr()
    dtype = t.dtype
    shape = tuple(t.shape) + ((2,) if dtype == torch.complex128 else ())
    t = t.resolve_conj().resolve_neg().contiguous()
    if dtype.is_complex: t = torch.view_as_real(t)
    if dtype == torch.bfloat16: t = t.view(torch.int16)
    return NAMES[dtype], shape, t.contiguous().numpy().tobytes()

class Stand:
    """Stands for an object of a class that is not asked: holds what the pickle gave it."""
    def __new__(cls, *args, **named):
        made = object.__new__(cls if isinstance(cls, type) else Stand)
        made.given = (args, [], [], [])
        return made
    def __init__(self, *args, **named): pass
    def __call__(self, *args, **named): return Stand(*args)
    def __setstate__(self, state): self.given[3].append(state)
    def __setitem__(self, key, value): self.given[1].append((key, value))
    def append(self, value): self.given[2].append(value)
    def extend(self, values): self.given[2].extend(values)
    def add(self, *values): self.given[2].extend(values)

class Walk:
    """All tensors below a value, each under its name; containers hold what pickles give them."""
    DEEPEST, VISITS = 200, 3_000_000
    MODULE = {'_parameters', '_buffers', '_modules'}
    DICTS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
    PLAIN = (str, bytes, bytearray, int, float, complex, bool, type(None), type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType)

    def __init__(self, root):
        self.found, self.suffixes, self.visits = {}, {}, 0
        self.visit(root, '', ())

    def add(self, path, tensor):
        if (is_array(tensor) and tensor.dtype.str[1:] not in NP) or (is_tensor(tensor) and tensor.dtype not in NAMES and not tensor.is_quantized): return
        # Half a surrogate pair is no text.
        name = unique = ''.join('\ufffd' if '\ud800' <= c <= '\udfff' else c for c in path or 'tensor')
        while unique in self.found or unique == '__metadata__':
            self.suffixes[name] = self.suffixes.get(name, 1) + 1
            unique = f'{name}~{self.suffixes[name]}'
        self.found[unique] = tensor

    @staticmethod
    def key(value, index):
        if type(value) is bytes: return value.decode('latin-1')
        return str(value) if value is None or type(value) in (str, int, bool, float) else f'key{index}'

    def visit(self, o, path, above):
        self.visits += 1
        if self.visits > self.VISITS: raise ValueError('too many values')
        join = lambda k: f'{path}.{k}' if path else str(k)
        if isinstance(o, self.PLAIN) and not isinstance(o, Stand): return
        if is_tensor(o): return self.tensor(o, path, above)
        if is_array(o) and o.dtype != object and not hasattr(o, 'mask'): return self.add(path, o)
        if is_storage(o): return self.add(path, torch.tensor([], dtype=o.dtype).set_(o))
        if np and isinstance(o, (np.generic, np.dtype)) or torch and isinstance(o, (torch.dtype, torch.device, torch.Size)): return
        if len(above) > self.DEEPEST or any(one is o for one in above): return
        inside = above + (o,)
        if torch and isinstance(o, torch.jit.ScriptModule):
            for k, v in o.state_dict(keep_vars=True).items(): self.add(join(k), v.detach())
            # The constants of its code, by their places in the table of the archive.
            if not path and hasattr(o, 'forward'):
                for k, v in getattr(o.code_with_constants[1], 'const_mapping', {}).items():
                    if is_tensor(v): self.add(f'constants.{k[1:]}', v.detach())
        elif is_array(o) and hasattr(o, 'mask'):
            for name, part in ('data', np.asarray(o.data)), ('mask', np.ma.getmaskarray(o)):
                if o.dtype != object and o.dtype.names is None: self.add(join(name), part)
        elif is_array(o):
            for i, v in enumerate(o.ravel().tolist() if o.ndim else [o.item()]): self.visit(v, join(i), inside)
        elif type(o) in (list, tuple, set, frozenset):
            for i, v in enumerate(o): self.visit(v, join(i), inside)
        elif type(o) is dict: self.pairs(o.items(), path, inside, False)
        elif type(o) in self.DICTS:
            self.pairs(o.items(), path, inside, False)
            self.state(getattr(o, '__dict__', None), path, inside, False)
        else:
            args, pairs, elements, states = self.parts(o)
            module = next((v for v in args if type(v) is dict and self.MODULE <= set(v)), None)
            if module: self.pairs(module.items(), path, inside, True)
            for i, v in enumerate(args):
                if v is not module: self.visit(v, join(i), inside)
            self.pairs(pairs, path, inside, False)
            for i, v in enumerate(elements): self.visit(v, join(i), inside)
            for state in states: self.state(state, path, inside, True)

    @staticmethod
    def parts(o):
        """What pickling the object would write: arguments, pairs, elements, states."""
        if isinstance(o, Stand): return o.given
        try: made = o.__reduce_ex__(4)
        # What cannot be pickled came out of no pickle as it is; where something was read below it here, the names differ.
        except Exception: made = ''
        if isinstance(made, str): return (), (), (), ()
        function, args, state, elements, pairs = (tuple(made) + (None,) * 5)[:5]
        if function.__name__ == '__newobj__': args = args[1:]
        return args or (), list(pairs or ()), list(elements or ()), [state]

    def pairs(self, pairs, path, above, transparent):
        pairs = list(pairs)
        names = {k: v for k, v in pairs if type(k) is str} if transparent else {}
        # What state_dict() gives of a module, and nothing else of it.
        module = self.MODULE <= set(names)
        for i, (k, v) in enumerate(pairs):
            k = self.key(k, i)
            same = transparent and k in self.MODULE
            if module and k == '_buffers': v = {n: b for n, b in v.items() if n not in names.get('_non_persistent_buffers_set', ())}
            if same or not module: self.visit(v, path if same else f'{path}.{k}' if path else k, above)

    def state(self, state, path, above, transparent):
        if type(state) is tuple and len(state) == 2 and all(type(s) in (dict, type(None)) for s in state):
            for one in state: self.pairs((one or {}).items(), path, above, transparent)
        elif type(state) is dict: self.pairs(state.items(), path, above, transparent)
        elif state is not None: self.visit(state, path, above)

    def tensor(self, o, path, above):
        name = path or 'tensor'
        if o.is_meta: return
        if o.layout == torch.sparse_coo:
            self.add(name + '.size', torch.tensor(list(o.shape)))
            self.add(name + '.indices', o._indices())
            self.add(name + '.values', o._values())
        elif o.layout == torch.sparse_csr:
            self.add(name + '.size', torch.tensor(list(o.shape)))
            self.add(name + '.compressed_indices', o.crow_indices())
            self.add(name + '.plain_indices', o.col_indices())
            self.add(name + '.values', o.values())
        else:
            self.add(path, o)
            if o.is_quantized and o.qscheme() == torch.per_tensor_affine:
                self.add(name + '.q_scale', torch.tensor(o.q_scale(), dtype=torch.float64))
                self.add(name + '.q_zero_point', torch.tensor(o.q_zero_point()))
            elif o.is_quantized:
                self.add(name + '.q_per_channel_axis', torch.tensor(o.q_per_channel_axis()))
                self.add(name + '.q_per_channel_scales', o.q_per_channel_scales())
                self.add(name + '.q_per_channel_zero_points', o.q_per_channel_zero_points())
        if not any(one is o for one in above): self.pairs(vars(o).items(), path, above + (o,), False)

def tensors(thing): return Walk(thing).found
