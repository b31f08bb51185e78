# Reads safetensors by its specification alone, and compares it with what the real libraries load from the original.
import json, os, pickle, struct, sys
import numpy as np, torch
SIZE = dict(BOOL=1,U8=1,I8=1,F8_E5M2=1,F8_E4M3=1,I16=2,U16=2,F16=2,BF16=2,I32=4,U32=4,F32=4,F64=8,I64=8,U64=8,C64=8)
def read(path):
    data = open(path, 'rb').read()
    n, = struct.unpack('<Q', data[:8])
    assert n <= 100_000_000 and 8 + n <= len(data) and data[8:9] == b'{' and n % 8 == 0
    pairs = json.loads(data[8:8+n].decode('utf-8'), object_pairs_hook=lambda p: (_ for _ in ()).throw(ValueError('dup')) if len({k for k,_ in p}) != len(p) else dict(p))
    meta = pairs.pop('__metadata__', {})
    assert all(isinstance(k, str) and isinstance(v, str) for k, v in meta.items())
    at = 0
    out = {}
    for name, t in sorted(pairs.items(), key=lambda p: p[1]['data_offsets']):
        assert set(t) == {'dtype', 'shape', 'data_offsets'}
        b, e = t['data_offsets']
        size = SIZE[t['dtype']]
        count = int(np.prod(t['shape'], dtype=object)) if t['shape'] else 1
        assert b == at and e - b == count * size, name
        assert (8 + n + b) % size == 0, ('misaligned', name)
        at = e
        out[name] = (t['dtype'], tuple(t['shape']), data[8+n+b:8+n+e])
    assert 8 + n + at == len(data)
    for k, v in meta.items():
        if k not in out and v in out: out[k] = out[v]
    return out, meta
NAMES = {torch.float64:'F64',torch.float32:'F32',torch.float16:'F16',torch.bfloat16:'BF16',torch.int64:'I64',torch.int32:'I32',torch.int16:'I16',torch.int8:'I8',torch.uint8:'U8',torch.bool:'BOOL',torch.complex64:'C64',torch.complex128:'F64'}
NP = {'f8':'F64','f4':'F32','f2':'F16','i8':'I64','i4':'I32','i2':'I16','i1':'I8','u8':'U64','u4':'U32','u2':'U16','u1':'U8','b1':'BOOL','c8':'C64','c16':'F64'}
def want(t):
    if isinstance(t, np.ndarray):
        t = t.astype(t.dtype.newbyteorder('<'))
        kind = t.dtype.str[1:]
        return NP[kind], t.shape + ((2,) if kind == 'c16' else ()), np.ascontiguousarray(t).tobytes()
    t = t.detach()
    if str(t.dtype) in ('torch.quint4x2', 'torch.quint2x4'):
        bits = 4 if '4x2' in str(t.dtype) else 2
        raw = t.int_repr().numpy().tobytes()[:(t.numel() * bits + 7) // 8]
        # What the bytes hold, element by element, is what dequantising gives.
        values = [raw[i * bits // 8] >> (i * bits % 8) & ((1 << bits) - 1) for i in range(t.numel())]
        assert torch.allclose((torch.tensor(values).reshape(t.shape) - 2.) * .1, t.dequantize(), atol=1e-4)
        return 'U8', (len(raw),), raw
    if t.is_quantized: t = t.int_repr()
    dtype = t.dtype
    shape = tuple(t.shape) + ((2,) if dtype == torch.complex128 else ())
    t = t.resolve_conj().resolve_neg().contiguous()
    if dtype.is_complex: t = torch.view_as_real(t)
    if dtype == torch.bfloat16: t = t.view(torch.int16)
    return NAMES[dtype], shape, t.contiguous().numpy().tobytes()
def flatten(o, path, out):
    join = lambda k: f'{path}.{k}' if path else str(k)
    if isinstance(o, torch.nn.Module):
        for k, v in o.state_dict(keep_vars=True).items(): out[join(k)] = v
        for name, m in o.named_modules():
            for k in m._non_persistent_buffers_set: out[join((name + '.' if name else '') + k)] = m._buffers[k]
    elif isinstance(o, torch.Tensor):
        p = path or 'tensor'
        if o.layout == torch.sparse_coo:
            out[p + '.indices'], out[p + '.values'], out[p + '.size'] = o._indices(), o._values(), torch.tensor(list(o.shape))
        elif o.layout == torch.sparse_csr:
            out[p + '.compressed_indices'], out[p + '.plain_indices'], out[p + '.values'], out[p + '.size'] = o.crow_indices(), o.col_indices(), o.values(), torch.tensor(list(o.shape))
        else:
            out[p] = o
            if o.is_quantized:
                if o.qscheme() == torch.per_tensor_affine:
                    out[p + '.q_scale'], out[p + '.q_zero_point'] = torch.tensor(o.q_scale(), dtype=torch.float64), torch.tensor(o.q_zero_point())
                else:
                    out[p + '.q_per_channel_scales'], out[p + '.q_per_channel_zero_points'], out[p + '.q_per_channel_axis'] = o.q_per_channel_scales(), o.q_per_channel_zero_points(), torch.tensor(o.q_per_channel_axis())
    elif isinstance(o, np.ndarray) and o.dtype != object: out[path or 'tensor'] = o
    elif torch.is_storage(o) or type(o).__name__ in ('TypedStorage', '_TypedStorage'):
        out[path or 'tensor'] = torch.tensor([], dtype=o.dtype).set_(o)
    elif isinstance(o, dict):
        for k, v in o.items(): flatten(v, join(k), out)
    elif isinstance(o, (list, tuple)):
        for i, v in enumerate(o): flatten(v, join(i), out)
def load(path):
    if path.endswith('.package.pt'):
        from torch.package import PackageImporter
        i = PackageImporter(path)
        return {'models': {'net': i.load_pickle('models', 'net.pkl'), 'sub': {'state': i.load_pickle('models.sub', 'state.pkl')}}}
    if path.endswith('.jit.pt'): return dict(torch.jit.load(path).state_dict())
    if path.endswith('.pt'): return torch.load(path)
    if path.endswith('.npy'): return np.load(path)
    if path.endswith('.npz'): return dict(np.load(path))
    if path.endswith('.joblib'):
        import joblib
        return joblib.load(path)
    return pickle.load(open(path, 'rb'))
if __name__ == '__main__':
    folder, converted = sys.argv[1:3]
    bad = total = 0
    for name in sorted(os.listdir(folder)):
        out = {}
        flatten(load(os.path.join(folder, name)), '', out)
        try:
            got, meta = read(os.path.join(converted, name + '.safetensors'))
        except Exception as e:
            print(name, 'UNREADABLE', repr(e)); bad += 1; continue
        wrong = []
        if set(got) != set(out): wrong.append(('names', sorted(set(got) ^ set(out))[:4]))
        for k in set(got) & set(out):
            if want(out[k]) != got[k]: wrong.append((k, want(out[k])[:2], got[k][:2]))
        total += len(out)
        if wrong: bad += 1; print(name, 'DIFFERENT', wrong[:3])
    print(f'{total} tensors, {bad} bad files')
    sys.exit(bad > 0)
