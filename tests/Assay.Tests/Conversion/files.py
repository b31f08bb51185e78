# Writes files of tensors with the real libraries: every element type in every pattern of strides and every container.
import collections, io, os, pickle, struct, sys, tarfile
import joblib
import numpy as np, torch
out = sys.argv[1]
os.makedirs(out, exist_ok=True)
rng = np.random.default_rng(7)
def raw(dtype, n):
    b = rng.integers(0, 256, size=16 * max(n, 1), dtype=np.uint8)
    t = torch.from_numpy(b)
    if dtype == torch.bool: return t[:n] > 127
    if dtype.is_complex:
        f = torch.float32 if dtype == torch.complex64 else torch.float64
        return torch.view_as_complex(torch.randn(n, 2, dtype=f))
    return t.view(dtype)[:n].clone()
dtypes = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128]
def patterns(d):
    base = raw(d, 60).reshape(3, 4, 5)
    yield 'plain', base
    yield 'transposed', base.transpose(0, 2)
    yield 'permuted', base.permute(1, 2, 0)
    yield 'stepped', raw(d, 60).reshape(6, 10)[::2, 1::3]
    yield 'later', raw(d, 20)[7:]
    yield 'column', raw(d, 40).reshape(8, 5)[:, 3]
    yield 'expanded', raw(d, 3).reshape(3, 1).expand(3, 4)
    yield 'scalar', raw(d, 1).reshape(())
    yield 'empty', raw(d, 0).reshape(0, 3)
    yield 'diagonal', raw(d, 25).reshape(5, 5).diagonal()
    yield 'windows', raw(d, 12).as_strided((4, 3), (2, 1))
    yield 'large', raw(d, 300 * 700).reshape(300, 700).t()
def save(name, obj):
    torch.save(obj, os.path.join(out, name + '.zip.pt'))
    torch.save(obj, os.path.join(out, name + '.legacy.pt'), _use_new_zipfile_serialization=False)
    torch.save(obj, os.path.join(out, name + '.zip4.pt'), pickle_protocol=4)
    with open(os.path.join(out, name + '.pkl'), 'wb') as f: pickle.dump(obj, f, 2)
for d in dtypes:
    save('patterns-' + str(d)[6:], dict(patterns(d)))
shared = torch.randn(10, 4)
save('shared', collections.OrderedDict(a=shared, b=shared, row=shared[3], same=shared[3], flat=shared.view(-1)))
net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.Sequential(torch.nn.Conv1d(2, 3, 3)))
opt = torch.optim.Adam(net[0].parameters())
net[0](torch.randn(5, 4)).sum().backward(); opt.step()
save('checkpoint', {'model': net.state_dict(), 'optimizer': opt.state_dict(), 'epoch': 3, 'list': [{'x': torch.randn(2)}, (torch.arange(3),)], 'none': None})
save('module', net)
save('parameters', [torch.nn.Parameter(torch.randn(3, 2)), torch.nn.Parameter(torch.randn(2), requires_grad=False)])
save('signs', {'conj': torch.view_as_complex(torch.randn(5, 2)).conj(), 'imag': torch.view_as_complex(torch.randn(5, 2)).conj().imag, 'double': torch.view_as_complex(torch.randn(5, 2, dtype=torch.float64)).conj()[::2], 'negconj': torch.view_as_complex(torch.randn(4,2)).conj()})
save('root', torch.randn(4, 5).t())
save('rootq', torch.quantize_per_tensor(torch.randn(4, 5), 0.1, 3, torch.quint8))
save('rootsparse', torch.eye(3).to_sparse())
# Attributes of tensors: this release reads them for subclasses, and writes none.
class Made:
    def __init__(self, *made): self.made = made
    def __reduce__(self): return self.made
whole = torch.randn(2, 3)
save('attributes', {n: Made(torch._tensor._rebuild_from_type_v2, (torch._utils._rebuild_tensor_v2, torch.nn.Parameter, (whole.storage(), 0, (2, 3), (3, 1), False, collections.OrderedDict()), state)) for n, state in
    [('dict', {'scale': torch.randn(2), 'note': 'x', 'deep': {'a': [torch.arange(3)]}}), ('slots', ({'scale': torch.ones(3)}, None)), ('none', {})]})
net2 = torch.nn.LSTM(3, 4, 2, bidirectional=True)
net2.attr, net2.listed = torch.randn(4), [torch.randn(1)]
net2.register_buffer('fleeting', torch.randn(3), persistent=False)
tied = torch.nn.Sequential(torch.nn.Embedding(5, 4), torch.nn.Linear(4, 5, bias=False))
tied[1].weight = tied[0].weight
save('modules', {'lstm': net2, 'tied': tied, 'norm': torch.nn.utils.weight_norm(torch.nn.Linear(3, 3)), 'list': torch.nn.ParameterList([torch.nn.Parameter(torch.randn(2))]), 'optimizer': opt, 'packed': torch.nn.utils.rnn.pack_sequence([torch.randn(3), torch.randn(2)]), 'normal': torch.distributions.Normal(torch.randn(2), torch.ones(2)), 'set': torch.utils.data.TensorDataset(torch.randn(4, 2))})
save('storages', {'s': torch.arange(5.).storage(), 't': torch.arange(3)})
save('numpy', {'a': np.arange(12.).reshape(3, 4).T, 'b': np.arange(5, dtype='>i4'), 't': torch.ones(2), 's': np.float32(2)})
save('quantised', {'t': torch.quantize_per_tensor(torch.randn(4, 5), 0.1, 3, torch.quint8), 'i': torch.quantize_per_tensor(torch.randn(4, 5).t(), 0.01, 0, torch.qint8), 'q32': torch.quantize_per_tensor(torch.randn(3), 0.01, 0, torch.qint32), 'c': torch.quantize_per_channel(torch.randn(4, 5), torch.tensor([.1, .2, .3, .4]), torch.tensor([0, 1, 2, 3]), 0, torch.qint8)})
packed = {}
for shape in [(4, 8), (3, 5), (2, 3), (1, 1)]:
    for d in (torch.quint4x2, torch.quint2x4):
        packed[f'{str(d)[6:]}-{shape[0]}-{shape[1]}'] = torch.quantize_per_channel(torch.randn(*shape), torch.full((shape[0],), .1), torch.full((shape[0],), 2.), 0, d)
save('packed', packed)
import torch.fx, torch.package
with torch.package.PackageExporter(os.path.join(out, 'parts.package.pt')) as e:
    for m in ('torch.**', 'collections.**', 'builtins'): e.extern(m)
    e.save_pickle('models', 'net.pkl', net)
    e.save_pickle('models.sub', 'state.pkl', {'a': shared, 'b': shared.t(), 'same': shared, 'n': 3})
    e.save_pickle('plain', 'numbers', [1, 2])
    e.save_text('texts', 'readme.txt', 'hello')
    e.save_source_string('code.mod', 'x = 1\n')
save('sparse', {'coo': torch.eye(4).to_sparse(), 'csr': torch.eye(4).to_sparse_csr()})
arrays = {}
for code in ['f8','f4','f2','i8','i4','i2','i1','u8','u4','u2','u1','b1','c8','c16']:
    for order in '<>':
        a = np.frombuffer(rng.integers(0, 256, 24 * 16, dtype=np.uint8).tobytes()[:24 * np.dtype(code).itemsize], dtype=order + code).copy() if code != 'b1' else rng.integers(0, 2, 24).astype(bool)
        arrays[f'{code}{"l" if order == "<" else "b"}'] = a.reshape(2, 3, 4)
        arrays[f'{code}{"l" if order == "<" else "b"}F'] = np.asfortranarray(a.reshape(2, 3, 4))
arrays['scalar'] = np.array(3.5)
arrays['empty'] = np.zeros((0, 3), 'f4')
arrays['step'] = np.arange(20.)[::3]
arrays['neg'] = np.arange(6.)[::-1]
np.savez(os.path.join(out, 'arrays.npz'), **arrays)
np.savez_compressed(os.path.join(out, 'packed.npz'), **arrays)
np.save(os.path.join(out, 'one.npy'), arrays['f4bF'])
np.save(os.path.join(out, 'scalar.npy'), arrays['scalar'])
for p in range(6):
    with open(os.path.join(out, f'arrays.{p}.pkl'), 'wb') as f: pickle.dump(arrays, f, p)
joblib.dump(arrays, os.path.join(out, 'arrays.joblib'))
joblib.dump([arrays, {'t': torch.ones(3)}], os.path.join(out, 'arrays.gz.joblib'), compress=('gzip', 3))
joblib.dump(arrays, os.path.join(out, 'arrays.z.joblib'), compress=('zlib', 3))
joblib.dump(arrays, os.path.join(out, 'arrays.xz.joblib'), compress=('xz', 3))
# Arrays of objects are pickles of their own, inside .npy and inside joblib's stream; subclasses of containers hold what containers hold.
import logging.config, unittest.mock
objects = np.empty((2, 3), dtype=object)
for i in range(6): objects[divmod(i, 3)] = [np.arange(i), {'w': np.full(i, .5)}, 'text', np.float32(i), [np.ones((2, i)).T], None][i]
inside = np.empty(2, dtype=object)
inside[:] = [objects, np.arange(3)]
configured = logging.config.ConvertingDict(a=np.arange(3), b={'c': np.arange(2)})
mixed = {'list': [0] * 50000 + [np.arange(3)] + [1] * 50000 + [np.arange(4)], 'keys': {**{i: i for i in range(3000)}, ('t', 1): np.arange(2), 2.5: np.arange(3), None: np.arange(4), True: np.arange(5), b'b': np.arange(6)}}
masked = {'m': np.ma.array(np.arange(6).reshape(2, 3), mask=[[0, 1, 0], [1, 0, 0]]), 'f': np.ma.array(np.arange(6.).reshape(2, 3).T, mask=False), 'empty': np.ma.zeros((0, 2))}
held = {'objects': objects, 'again': objects, 'columns': np.asfortranarray(objects), 'inside': inside, 'dict': configured, 'list': unittest.mock._CallList([np.arange(3), [np.arange(2)]]), 'mixed': mixed, 'masked': masked, 'date': np.zeros(3, dtype='M8[D]'), 'records': np.zeros(2, dtype=[('a', 'f4')])}
import argparse, functools, types, urllib.parse
below = collections.OrderedDict(x=np.arange(2)); below.extra = np.arange(3)
configured.attr = np.arange(4)
cycle = {'t': np.arange(2)}; cycle['self'] = cycle; cycle['list'] = [cycle, np.arange(3)]
held['kinds'] = [below, collections.defaultdict(list, k=[np.arange(2)]), collections.deque([np.arange(1), np.arange(2)], maxlen=4), urllib.parse.SplitResult(np.arange(1), np.arange(2), np.arange(3), 'x', 'y'),
    types.SimpleNamespace(p=np.arange(3), q={'r': np.arange(1)}), argparse.Namespace(w=np.arange(2)), functools.partial(print, np.arange(2), key=np.arange(3)), collections.ChainMap({'a': np.arange(2)}, {'b': np.arange(3)}),
    collections.UserDict(u=np.arange(2)), collections.UserList([np.arange(2), np.arange(3)]), np.matrix([[1, 2], [3, 4.]]), np.random.RandomState(3), np.polynomial.Polynomial(np.arange(3.)), ValueError(np.arange(2)), cycle, np.array({'in': np.arange(2)}, dtype=object)]
held['names'] = {b'b': np.arange(1), b'\xe9\xff': np.arange(2), b'': np.arange(3), 1: np.arange(4), '1': np.arange(5), True and 2: np.arange(6), 'x': {'y': np.arange(7)}, 'x.y': np.arange(8), np.int64(3): np.arange(9), '': np.arange(10), '.': np.arange(11),
    'e\u0301': np.arange(12), '\U0001F600': np.arange(13), 'a\nb': np.arange(14), 2**70: np.arange(15), -5: np.arange(16), **{f: np.arange(i) for i, f in enumerate([1e22, .1, -0., float('inf'), -float('inf'), float('nan'), 1e-7, 123456789., 1e16, 1e15, 1.5e300, 1e-4, 1e-5, -2.5e-10, 5e-324, 12.75])}}
np.save(os.path.join(out, 'objects.npy'), objects)
np.save(os.path.join(out, 'columns.npy'), np.asfortranarray(objects))
np.save(os.path.join(out, 'held.npy'), np.array(held, dtype=object))
np.savez(os.path.join(out, 'objects.npz'), plain=np.arange(4), objects=objects, inside=inside)
joblib.dump(held, os.path.join(out, 'held.joblib'))
joblib.dump(objects, os.path.join(out, 'objects.xz.joblib'), compress=('xz', 3))
for p in range(6):
    with open(os.path.join(out, f'held.{p}.pkl'), 'wb') as f: pickle.dump(held, f, p)

net.register_buffer('mask', torch.ones(3, dtype=torch.bool))
torch.jit.script(net).save(os.path.join(out, 'script.jit.pt'))

# Modules that hold tensors besides those that their state_dict() gives.
from torch.nn.utils import prune
def kept(make):
    module = make()
    module.plain, module.listed, module.held = torch.randn(3), [torch.randn(2), {'deep': torch.randn(2)}], {'fc': torch.nn.Linear(2, 2)}
    module.register_buffer('steady', torch.randn(2))
    module.register_buffer('fleeting', torch.randn(3), persistent=False)
    module.register_buffer('absent', None)
    module.register_parameter('missing', None)
    return module
def nested():
    outer = torch.nn.Module()
    outer.inner = kept(lambda: torch.nn.Conv1d(2, 3, 3))
    outer.parts = torch.nn.ModuleList([kept(lambda: torch.nn.BatchNorm1d(3)), torch.nn.Linear(3, 2)])
    outer.values = torch.nn.ParameterList([torch.nn.Parameter(torch.randn(2)), torch.nn.Parameter(torch.randn(3))])
    outer.named = torch.nn.ParameterDict({'a': torch.nn.Parameter(torch.randn(2))})
    outer.tied = outer.parts[1].weight
    outer.twice = outer.inner
    return outer
def pruned():
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 2))
    prune.l1_unstructured(net[0], 'weight', 0.5)
    prune.random_unstructured(net[1], 'bias', 0.5)
    return net
def spectral():
    net = torch.nn.utils.spectral_norm(torch.nn.Linear(3, 4))
    net(torch.randn(2, 3))
    return net
for name, make in {'attributes': lambda: kept(lambda: torch.nn.Linear(3, 2)), 'nested': nested, 'norm': lambda: torch.nn.utils.weight_norm(torch.nn.Conv1d(2, 3, 3)), 'pruned': pruned, 'spectral': spectral, 'lstm': lambda: kept(lambda: torch.nn.LSTM(3, 4, 2, bidirectional=True)),
    'attention': lambda: torch.nn.MultiheadAttention(4, 2), 'transformer': lambda: kept(lambda: torch.nn.TransformerEncoderLayer(4, 2, 8)), 'half': lambda: kept(lambda: torch.nn.Linear(3, 2)).half(), 'brain': lambda: kept(lambda: torch.nn.Linear(3, 2)).bfloat16(),
    'traced': lambda: torch.fx.symbolic_trace(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2), torch.nn.ReLU())), 'copies': lambda: torch.nn.DataParallel(kept(lambda: torch.nn.Linear(3, 2)))}.items():
    save('saved-' + name, make())
# The compiler of TorchScript reads the source of a class where it lies.
import linecache
SOURCE = """
class Scripted(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.many = torch.nn.Linear(2, 3), torch.nn.ModuleList([torch.nn.Linear(3, 3), torch.nn.BatchNorm1d(3)])
        self.plain, self.listed = torch.randn(4), [torch.randn(2)]
        self.register_buffer('steady', torch.randn(2))
    def forward(self, x):
        x = self.fc(x) + self.plain.sum() + self.listed[0].sum() + self.steady.sum()
        for one in self.many: x = one(x)
        return x
"""
linecache.cache['scripted.py'] = (len(SOURCE), None, SOURCE.splitlines(True), 'scripted.py')
exec(compile(SOURCE, 'scripted.py', 'exec'))
torch.jit.script(Scripted()).save(os.path.join(out, 'saved-attributes.jit.pt'))
torch.jit.freeze(torch.jit.script(Scripted().eval())).save(os.path.join(out, 'frozen.jit.pt'))
torch.jit.trace(Scripted().eval(), torch.zeros(1, 2)).save(os.path.join(out, 'saved-traced.jit.pt'))

# The oldest format: today's PyTorch reads it and writes it no more.
def tar(path, tensors):
    storages, records, ids = io.BytesIO(), io.BytesIO(), {}
    pickle.dump(len(tensors), storages, 2)
    pickle.dump(len(tensors), records, 2)
    for i, t in enumerate(tensors.values()):
        s = t.storage()
        pickle.dump((100 + i, 'cpu', getattr(torch, t.type()[6:].replace('Tensor', 'Storage'))), storages, 2)
        flat = torch.tensor([], dtype=t.dtype).set_(s).numpy().tobytes()
        storages.write(struct.pack('<q', len(s)) + flat)
        pickle.dump((i, 100 + i, torch.FloatTensor), records, 2)
        records.write(struct.pack('<i', t.dim()) + b'\0' * 4 + struct.pack(f'<{t.dim()}q', *t.shape) + struct.pack(f'<{t.dim()}q', *t.stride()) + struct.pack('<q', t.storage_offset()))
        ids[id(t)] = str(i)
    pickle.dump([], storages, 2)
    value = io.BytesIO()
    class Pickler(pickle.Pickler):
        def persistent_id(self, o):
            return ids.get(id(o)) if isinstance(o, torch.Tensor) else None
    Pickler(value, 2).dump(tensors)
    info = pickle.dumps({'protocol_version': 1000, 'little_endian': True, 'type_sizes': {'short': 2, 'int': 4, 'long': 8}}, 2)
    with tarfile.open(path, 'w:', format=tarfile.PAX_FORMAT) as f:
        for name, content in [('sys_info', info), ('pickle', value.getvalue()), ('tensors', records.getvalue()), ('storages', storages.getvalue())]:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            f.addfile(entry, io.BytesIO(content))
tar(os.path.join(out, 'oldest.tar.pt'), {'f': torch.randn(3, 4).t(), 'l': torch.arange(10)[2:8:2], 'h': torch.randn(5).half(), 'd': torch.randn(2, 2, dtype=torch.float64)})
