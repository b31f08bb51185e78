# Writes one harmless canary into every kind of container, each with the library that people write it with. Nothing is loaded here.
# Output: for each file four bytes of the length of its name, the name, eight bytes of its length, and the file.
import bz2, gzip, io, lzma, os, pickle, struct, sys, tarfile, tempfile, warnings, zipfile, zlib
warnings.simplefilter('ignore')

class Canary:
    def __reduce__(self): return exec, ('import sys\nsys.came = True', {})

FILES = []
def put(name, data): FILES.append((name, data))

def written(write):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'archive')
        write(path)
        with open(path, 'rb') as file: return file.read()

def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as file:
        for name, data in members: file.writestr(name, data)
    return out.getvalue()

def tarred(members, mode='w'):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as file:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            file.addfile(member, io.BytesIO(data))
    return out.getvalue()

def compressed(name, data):
    import lz4.frame, zstandard
    yield name + '.gz', gzip.compress(data)
    yield name + '.bz2', bz2.compress(data)
    yield name + '.xz', lzma.compress(data)
    yield name + '.lzma', lzma.compress(data, format=lzma.FORMAT_ALONE)
    yield name + '.z', zlib.compress(data)
    yield name + '.zst', zstandard.compress(data)
    yield name + '.lz4', lz4.frame.compress(data)

def plain():
    data = pickle.dumps(Canary(), 4)
    for protocol in (0, 2, 4, 5): put('protocol-%d.pkl' % protocol, pickle.dumps(Canary(), protocol))
    for name, packed in compressed('model.pkl', data): put(name, packed)
    put('twice.pkl.gz', gzip.compress(gzip.compress(data)))
    put('zip-in.gz', gzip.compress(zipped([('model.pkl', data)])))
    put('one.zip', zipped([('model.pkl', data)]))
    put('stored.zip', zipped([('model.pkl', data)], zipfile.ZIP_STORED))
    put('folder.zip', zipped([('a/', b''), ('a/model.pkl', data)]))
    put('several.zip', zipped([('model.pkl', data), ('readme.txt', b'a model')]))
    put('nested.zip', zipped([('inner.zip', zipped([('model.pkl', data)]))]))
    put('packed.zip', zipped([('model.pkl.gz', gzip.compress(data))]))
    put('behind-bytes.zip', b'junk' * 64 + zipped([('model.pkl', data)]))
    put('one.tar', tarred([('model.pkl', data)]))
    put('several.tar', tarred([('model.pkl', data), ('readme.txt', b'a model')]))
    for mode in ('gz', 'bz2', 'xz'): put('one.tar.' + mode, tarred([('model.pkl', data)], 'w:' + mode))
    put('several.tar.gz', tarred([('model.pkl', data), ('readme.txt', b'a model')], 'w:gz'))
    put('behind-bytes.pkl', b'\x00junk\xff' * 40 + data)
    put('second.pkl', pickle.dumps([1, 2], 4) + data)
    put('second.pkl.gz', gzip.compress(pickle.dumps([1, 2], 4) + data))
    put('handed-on.pkl', pickle.dumps(Outer(data), 4))
    put('carried.pkl', pickle.dumps({'spare': data}, 4))

class Outer:
    def __init__(self, data): self.data = data
    def __reduce__(self): return pickle.loads, (self.data,)

def by_joblib():
    import joblib, numpy
    thing = {'array': numpy.arange(64.0), 'canary': Canary()}
    def dump(**how): return written(lambda path: joblib.dump(thing, path, **how))
    put('joblib.joblib', dump())
    for how in ('zlib', 'gzip', 'bz2', 'lzma', 'xz', 'lz4'): put('joblib-' + how + '.joblib', dump(compress=(how, 3)))
    data = pickle.dumps(Canary(), 2)
    put('joblib-zf.joblib', b'ZF' + hex(len(data)).encode().ljust(19) + zlib.compress(data))
    objects = numpy.empty(2, object)
    objects[:] = [Canary(), 1]
    put('joblib-objects.joblib', written(lambda path: joblib.dump({'o': objects}, path)))

def by_numpy():
    import numpy
    objects = numpy.empty(1, object)
    objects[0] = Canary()
    def saved(save, *given, **named):
        out = io.BytesIO()
        save(out, *given, **named)
        return out.getvalue()
    npy = saved(numpy.save, objects)
    put('objects.npy', npy)
    put('objects.npz', saved(numpy.savez, a=objects, b=numpy.arange(4)))
    put('packed.npz', saved(numpy.savez_compressed, a=objects))
    put('other-name.zip', zipped([('array.dat', npy), ('readme.txt', b'arrays')]))
    put('objects.npy.gz', gzip.compress(npy))
    put('pickle-in.npz', zipped([('a.npy', pickle.dumps(Canary(), 4)), ('b.npy', pickle.dumps(1, 4))]))

def by_pandas():
    import pandas
    frame = pandas.DataFrame({'a': [Canary()]})
    for end in ('', '.gz', '.bz2', '.xz', '.zip', '.tar', '.zst', '.tar.gz'):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'frame.pkl' + end)
            frame.to_pickle(path)
            with open(path, 'rb') as file: put('frame.pkl' + end, file.read())

def by_picklers():
    import cloudpickle, dill
    put('dill.dill', dill.dumps(Canary()))
    put('cloudpickle.pkl', cloudpickle.dumps(Canary()))

def by_torch():
    import torch
    from torch.package import PackageExporter
    thing = {'weight': torch.zeros(2), 'canary': Canary()}
    def saved(**how):
        out = io.BytesIO()
        torch.save(thing, out, **how)
        return out.getvalue()
    modern, legacy = saved(), saved(_use_new_zipfile_serialization=False)
    put('torch.pt', modern)
    put('torch-legacy.pt', legacy)
    put('torch.pt.gz', gzip.compress(modern))
    put('torch-legacy.pt.gz', gzip.compress(legacy))
    put('torch-in.zip', zipped([('model.pt', modern), ('readme.txt', b'a model')]))
    data = pickle.dumps(Canary(), 2)
    with zipfile.ZipFile(io.BytesIO(modern)) as read: members = [(m, read.read(m)) for m in read.namelist()]
    pickled = next(data for name, data in members if name.endswith('/data.pkl'))
    put('torch-extra.pt', zipped(members + [('archive/extra.pkl', data)], zipfile.ZIP_STORED))
    put('torch-no-version.pt', zipped([m for m in members if not m[0].endswith('/version')], zipfile.ZIP_STORED))
    put('torch-deflated.pt', zipped(members))
    put('torch-other-folder.pt', zipped(
        [(n, torch_nothing() if n.endswith('/data.pkl') else d) for n, d in members] + [('other/data.pkl', data)], zipfile.ZIP_STORED))
    put('torch-upper.pt', zipped([(n.replace('data.pkl', 'DATA.PKL'), d) for n, d in members], zipfile.ZIP_STORED))
    put('torch-constants.pt', zipped(members + [(members[0][0].split('/')[0] + '/constants.pkl', pickle.dumps(()))], zipfile.ZIP_STORED))
    put('torch-behind-bytes.pt', b'junk' * 64 + modern)
    out = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), out)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as read: script = [(m, read.read(m)) for m in read.namelist()]
    put('torchscript.pt', zipped([(n, data if n.endswith('/data.pkl') else d) for n, d in script], zipfile.ZIP_STORED))
    def export(path):
        with PackageExporter(path) as exporter: exporter.save_pickle('package', 'model.pkl', Canary())
    put('torch-package.pt', written(export))
    def tar(**parts):
        usual = dict(sys_info=pickle.dumps({'protocol_version': 1000}, 2), storages=pickle.dumps(0, 2) + pickle.dumps([], 2), tensors=pickle.dumps(0, 2), pickle=pickle.dumps({}, 2))
        return tarred(list({**usual, **parts}.items()))
    put('torch-tar-pickle.pt', tar(pickle=data))
    put('torch-tar-storages.pt', tar(storages=data))
    put('torch-tar-tensors.pt', tar(tensors=data))
    put('torch-tar-info.pt', tar(sys_info=data))
    magic = legacy[:15]
    ends = [15]
    for _ in range(4): ends.append(pickle_end(legacy, ends[-1]))
    for at in range(1, 5): put('torch-legacy-%d.pt' % (at + 1), legacy[:ends[at - 1]] + data + legacy[ends[at]:])
    put('torch-legacy-behind.pt', legacy + data)
    # What Stable-Baselines3 writes: attributes in JSON with pickles in base64, and what torch wrote.
    import base64, json
    attributes = {'policy_class': {':type:': 'x', ':serialized:': base64.b64encode(data).decode()}, 'gamma': 0.99}
    put('baselines-data.zip', zipped([('data', json.dumps(attributes)), ('policy.pth', torch_plain()), ('_stable_baselines3_version', b'2.3.2')]))
    put('baselines-policy.zip', zipped([('data', json.dumps({'gamma': 0.99})), ('policy.pth', modern), ('_stable_baselines3_version', b'2.3.2')]))

def torch_nothing(): return pickle.dumps({}, 2)

def torch_plain():
    import torch
    out = io.BytesIO()
    torch.save({'weight': torch.zeros(2)}, out)
    return out.getvalue()

def pickle_end(data, start):
    import pickletools
    stream = io.BytesIO(data[start:])
    for _ in pickletools.genops(stream): pass
    return start + stream.tell()

for part in (plain, by_joblib, by_numpy, by_pandas, by_picklers, by_torch): part()
for name, data in FILES:
    data = data if isinstance(data, bytes) else data.encode()
    sys.stdout.buffer.write(struct.pack('<i', len(name)) + name.encode() + struct.pack('<q', len(data)) + data)
