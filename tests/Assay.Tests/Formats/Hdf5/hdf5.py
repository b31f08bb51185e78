# Writes HDF5 files with the real library into the folder argv[1], and prints what it reads from them itself:
# file, dataset, element type, shape and SHA-256 of the elements, little-endian and in order.
import hashlib
import os
import pickle
import sys

import h5py
import numpy as np

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
random = np.random.default_rng(7)


class Canary:
    def __reduce__(self):
        return (os.system, ('id',))


BAD = pickle.dumps(Canary())


def weights(f):
    g = f.create_group('layers/dense/vars')
    g.create_dataset('0', data=random.normal(size=(3, 4)).astype('f4'))
    g.create_dataset('1', data=np.ones(4, 'f4'))


def plain(f):
    weights(f)
    f.attrs['note'] = 'trained in the year 2026.'
    f.attrs['number'] = 7
    f.create_dataset('gz', data=random.normal(size=(200, 33)), compression='gzip', shuffle=True, fletcher32=True, chunks=(50, 7))
    f.create_dataset('big', data=np.arange(10, dtype='>i4'))
    f.create_dataset('complex', data=np.ones(3, 'c16') * 2j)
    f.create_dataset('bool', data=np.array([True, False]))
    f.create_dataset('half', data=np.float16(3))
    f.create_dataset('rows', (0, 5), maxshape=(None, 5), chunks=(10, 5), dtype='f4')
    f['rows'].resize((25, 5))
    f['rows'][:] = random.normal(size=(25, 5))
    f.create_dataset('both', data=random.normal(size=(30, 30)), chunks=(10, 10), maxshape=(None, None))
    f.create_dataset('one', data=random.normal(size=(5, 5)), chunks=(5, 5))
    f.create_dataset('many', data=np.arange(5000.), chunks=(10,))
    f.create_dataset('texts', data=['alpha', 'beta', 'gamma' * 100])
    f.create_dataset('bytes', data=np.array([b'abc', b'de']))
    f.create_dataset('table', data=np.zeros(4, [('a', 'f4'), ('b', 'i8'), ('n', 'S8')]))
    f.create_dataset('ragged', (3,), h5py.vlen_dtype(np.int32))[0] = [1, 2, 3]
    f.create_dataset('empty', data=h5py.Empty('f4'))
    f.create_dataset('lzf', data=random.normal(size=(200, 33)), compression='lzf')
    f['half'].attrs['to'] = f['one'].ref
    f['type'] = np.dtype('f8')
    f.create_dataset('typed', data=np.ones(3), dtype=f['type'])
    f['soft'] = h5py.SoftLink('/half')
    f.create_dataset('gone', data=random.normal(size=500))
    del f['gone']
    f.create_dataset('last', data=random.normal(size=7))


def groups(f):
    for i in range(400):
        g = f.create_group('group%d' % i)
        g.attrs['n'] = i
        g.create_dataset('d', data=np.arange(i + 1))
    for i in range(60):
        f.attrs['a%d' % i] = 'text ' * 20
    f.attrs['model_config'] = '{"class_name": "Sequential", "config": {"layers": [], "note": "' + 'x' * (60000 if EARLY else 200000) + '"}}'


EARLY = False


def write(name, fill, **options):
    path = os.path.join(folder, name)
    with h5py.File(path, 'w', **options) as f:
        fill(f)
    with h5py.File(path, 'r') as f:
        def tell(where, item):
            if not isinstance(item, h5py.Dataset) or item.shape is None or item.dtype.kind not in 'fiubc' or where == 'lzf':
                return
            values = np.asarray(item[()])
            values = values.astype(values.dtype.newbyteorder('<'))
            print(name, where, values.dtype.str.lstrip('<|'), ','.join(map(str, values.shape)) or '-', hashlib.sha256(values.tobytes()).hexdigest())
        if name.startswith('good'):
            f.visititems(tell)


for version in ('earliest', 'v108', 'v110', 'latest'):
    EARLY = version == 'earliest'
    write('good_plain_%s.h5' % version, plain, libver=version)
    write('good_groups_%s.h5' % version, groups, libver=version)
write('good_block.h5', weights, userblock_size=2048)

for version in ('earliest', 'latest'):
    def link(f):
        weights(f)
        f['a'] = h5py.ExternalLink('/etc/passwd', '/x')
    write('bad_T107_link_%s.h5' % version, link, libver=version)

    def raw(f):
        weights(f)
        f.create_dataset('d', (10,), 'u1', external=[('/etc/hostname', 0, 10)])
    write('bad_T107_raw_%s.h5' % version, raw, libver=version)

    def virtual(f):
        weights(f)
        layout = h5py.VirtualLayout((2, 100), 'f4')
        layout[0] = h5py.VirtualSource('.', 'layers/dense/vars/1', (100,))
        layout[1] = h5py.VirtualSource('../elsewhere.h5', 'data', (100,))
        f.create_virtual_dataset('v', layout)
    write('bad_T107_virtual_%s.h5' % version, virtual, libver=version)


def beside(f):
    weights(f)
    f.create_dataset('d', (10,), 'u1', external=[('raw.bin', 0, 10)])


def attribute(f):
    weights(f)
    f.attrs['obj'] = np.void(BAD)


def row(f):
    weights(f)
    rows = f.create_dataset('o', (3,), h5py.vlen_dtype(np.uint8))
    rows[1] = np.frombuffer(BAD, 'u1')


def elements(f):
    weights(f)
    f.create_dataset('o', data=np.frombuffer(BAD, 'u1'))


def packed(f):
    weights(f)
    f.create_dataset('o', data=np.frombuffer(BAD, 'u1'), compression='gzip')


def handle(f):
    weights(f)
    text = np.frombuffer("@()system('touch /tmp/canary')".encode('utf-16-le'), 'u2')
    f.create_dataset('#refs#/a', data=text)
    f.create_dataset('#refs#/b', data=text, compression='gzip')


def huge(f):
    weights(f)
    f.create_dataset('h', (1 << 40,), 'f4')


def hugechunks(f):
    weights(f)
    f.create_dataset('h', (1 << 36,), 'f4', chunks=(1 << 20,), compression='gzip')


def tagged(tag, size=8, inside=False):
    def fill(f):
        weights(f)
        t = h5py.h5t.create(h5py.h5t.OPAQUE, size)
        t.set_tag(tag)
        if inside:
            c = h5py.h5t.create(h5py.h5t.COMPOUND, size + 8)
            c.insert(b'a', 0, h5py.h5t.NATIVE_DOUBLE)
            c.insert(b'b', 8, t)
            t = c
        h5py.h5d.create(f.id, b'kernel', t, h5py.h5s.create_simple((2,)))
    return fill


def taggedattribute(f):
    weights(f)
    t = h5py.h5t.create(h5py.h5t.OPAQUE, 8)
    t.set_tag(b'NUMPY:|O')
    h5py.h5a.create(f.id, b'note', t, h5py.h5s.create(h5py.h5s.SCALAR))


write('good_dates.h5', tagged(b'NUMPY:<M8[us]'))
write('good_tag.h5', tagged(b'Raw image of Objects'))
for case, fill in (('objects_plain', tagged(b'NUMPY:|O')), ('objects_fields', tagged(b'NUMPY:O,f8', 16)), ('objects_inside', tagged(b'NUMPY:object', inside=True)), ('objects_attribute', taggedattribute)):
    write('bad_%s.h5' % case, fill)

for case, fill in (('T107_beside', beside), ('T095_attribute', attribute), ('T095_row', row), ('T095_elements', elements), ('T095_packed', packed), ('T110_huge', huge), ('T110_hugechunks', hugechunks), ('T097_handle', handle)):
    write('bad_%s.h5' % case, fill)
