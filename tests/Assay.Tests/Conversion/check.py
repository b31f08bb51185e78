# Compares what was converted with what the real libraries load from the original; follows the import of both and loaded.py, whose reader and walk it uses.
import os, pickle
def load(path):
    if path.endswith('.package.pt'):
        from torch.package import PackageImporter
        i = PackageImporter(path)
        return {'models': {'net': i.load_pickle('models', 'net.pkl'), 'sub': {'state': i.load_pickle('models.sub', 'state.pkl')}}}
    if path.endswith('.jit.pt'): return torch.jit.load(path)
    if path.endswith('.pt'): return torch.load(path)
    if path.endswith('.npy'): return np.load(path, allow_pickle=True)
    if path.endswith('.npz'): return dict(np.load(path, allow_pickle=True))
    if path.endswith('.joblib'):
        import joblib
        return joblib.load(path)
    return pickle.load(open(path, 'rb'))
def fits(module, got):
    """What a module of that kind says of what was converted of it; empty where it takes all of it and misses nothing."""
    wanted = {k for k, v in module.state_dict().items() if is_tensor(v)}
    # Constants of TorchScript are no part of it, and are carried over under this name.
    got = {k: v for k, v in got.items() if not (isinstance(module, torch.jit.ScriptModule) and k.startswith('constants.'))}
    if set(got) != wanted: return sorted(set(got) ^ wanted)[:6]
    if set(module.state_dict()) != wanted: return []
    types = {v: k for k, v in NAMES.items() if v != 'F64' or k == torch.float64}
    made = {k: torch.frombuffer(bytearray(data), dtype=types[kind]).reshape(shape) if data else torch.empty(shape, dtype=types[kind]) for k, (kind, shape, data) in got.items()}
    try: module.load_state_dict(made, strict=True)
    except RuntimeError as e: return [str(e)[:200]]
    return []
if __name__ == '__main__':
    folder, converted = sys.argv[1:3]
    bad = total = 0
    for name in sorted(os.listdir(folder)):
        thing = load(os.path.join(folder, name))
        out = tensors(thing)
        try:
            got = read(os.path.join(converted, name + '.safetensors'), strict=True)
        except Exception as e:
            print(name, 'UNREADABLE', repr(e)); bad += 1; continue
        wrong = []
        if isinstance(thing, torch.nn.Module) and fits(thing, got): wrong.append(('state_dict', fits(thing, got)))
        if set(got) != set(out): wrong.append(('names', sorted(set(got) ^ set(out))[:4]))
        for k in set(got) & set(out):
            if want(out[k]) != got[k]: wrong.append((k, want(out[k])[:2], got[k][:2]))
        total += len(out)
        if wrong: bad += 1; print(name, 'DIFFERENT', wrong[:3])
    print(f'{total} tensors, {bad} bad files')
