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
        if isinstance(thing, torch.nn.Module) and set(thing.state_dict()) - set(out): wrong.append(('state_dict', sorted(set(thing.state_dict()) - set(out))[:4]))
        if set(got) != set(out): wrong.append(('names', sorted(set(got) ^ set(out))[:4]))
        for k in set(got) & set(out):
            if want(out[k]) != got[k]: wrong.append((k, want(out[k])[:2], got[k][:2]))
        total += len(out)
        if wrong: bad += 1; print(name, 'DIFFERENT', wrong[:3])
    print(f'{total} tensors, {bad} bad files')
