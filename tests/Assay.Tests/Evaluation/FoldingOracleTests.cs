// CPython computes the same pure expressions: what folding says must be what Python says.
using System.Text;
using Assay.Evaluation.Values;
using Assay.Tests.Builders;

namespace Assay.Tests.Evaluation;

public sealed class FoldingOracleTests
{
    /// <summary>
    /// Expressions of calls and constants. The script writes each as a pickle whose REDUCEs make the same calls, and what Python itself
    /// gets when it loads that pickle.
    /// </summary>
    private const string Script = """
        import ast, base64, binascii, bz2, codecs, copyreg, functools, gzip, importlib, io, itertools, json, lzma, operator, os, pickle, pkgutil, pydoc, quopri, struct, sys, types, weakref, zlib, html, urllib.parse
        NAMES = dict(base64=base64, binascii=binascii, bz2=bz2, codecs=codecs, functools=functools, gzip=gzip, itertools=itertools, lzma=lzma,
                     operator=operator, zlib=zlib, html=html, struct=struct, json=json, ast=ast, quopri=quopri, copyreg=copyreg, importlib=importlib, io=io,
                     pkgutil=pkgutil, pydoc=pydoc, sys=sys, os=os, weakref=weakref)
        class Out:
            def __init__(self): self.b = bytearray(b'\x80\x04')
            def text(self, s):
                e = s.encode('utf-8', 'surrogatepass'); self.b += b'X' + struct.pack('<I', len(e)) + e
            def name(self, module, name):
                self.text(module); self.text(name); self.b += b'\x93'
            def const(self, v):
                if isinstance(v, str): self.text(v)
                else: self.b += pickle.dumps(v, 4)[2:-1].replace(b'\x94', b'') if not isinstance(v, bytes) else b'B' + struct.pack('<I', len(v)) + v
            def node(self, n):
                if isinstance(n, ast.Constant): self.const(n.value)
                elif isinstance(n, ast.UnaryOp): self.const(ast.literal_eval(n))
                elif isinstance(n, ast.List):
                    self.b += b']('; [self.node(e) for e in n.elts]; self.b += b'e'
                elif isinstance(n, ast.Tuple):
                    self.b += b'('; [self.node(e) for e in n.elts]; self.b += b't'
                elif isinstance(n, ast.Dict):
                    self.b += b'}('
                    for k, v in zip(n.keys, n.values): self.node(k); self.node(v)
                    self.b += b'u'
                elif isinstance(n, ast.Name): self.name('builtins', n.id)
                elif isinstance(n, ast.Attribute):
                    path, base = [n.attr], n.value
                    while isinstance(base, ast.Attribute): path.insert(0, base.attr); base = base.value
                    if isinstance(base, ast.Name) and base.id == 'urllib': self.name('urllib.parse', path[1])
                    elif isinstance(base, ast.Name) and base.id in NAMES: self.name(base.id, '.'.join(path))
                    elif isinstance(base, ast.Name): self.name('builtins', base.id + '.' + '.'.join(path))
                    else:
                        self.name('builtins', 'getattr'); self.b += b'('; self.node(n.value); self.text(n.attr); self.b += b'tR'
                elif isinstance(n, ast.Call) and n.keywords:
                    self.name('functools', 'partial'); self.b += b'('; self.node(n.func); self.b += b't}('
                    for k in n.keywords: self.text(k.arg); self.node(k.value)
                    self.b += b'u\x92('; [self.node(a) for a in n.args]; self.b += b'tR'
                elif isinstance(n, ast.Call):
                    self.node(n.func); self.b += b'('; [self.node(a) for a in n.args]; self.b += b'tR'
                elif isinstance(n, ast.Subscript):
                    self.name('operator', 'getitem'); self.b += b'('; self.node(n.value); self.node(n.slice); self.b += b'tR'
                elif isinstance(n, ast.Slice):
                    self.name('builtins', 'slice'); self.b += b'('
                    for p in (n.lower, n.upper, n.step): self.node(p) if p else self.const(None)
                    self.b += b'tR'
                else: raise SystemExit('cannot write ' + ast.dump(n))
        def hexed(v):
            if isinstance(v, str): return 's' + v.encode('utf-8', 'surrogatepass').hex()
            if isinstance(v, (bytes, bytearray)): return 'b' + bytes(v).hex()
            if isinstance(v, bool): return 'o' + str(v)
            if isinstance(v, int): return 'i' + str(v)
            if v is None: return 'n'
            if isinstance(v, float): return 'f' + repr(v)
            if isinstance(v, types.ModuleType): return 'q' + v.__name__
            if callable(v) and hasattr(v, '__qualname__'): return 'q' + v.__module__.replace('posixpath', 'os.path').replace('posix', 'os') + '.' + v.__qualname__
            if isinstance(v, dict): return '{' + ','.join(hexed(k) + ':' + hexed(w) for k, w in v.items()) + '}'
            if isinstance(v, (list, tuple)): return '[' + ','.join(map(hexed, v)) + ']'
            return '?' + type(v).__name__
        for line in EXPRESSIONS.strip().split('\n'):
            out = Out(); out.node(ast.parse(line.strip(), mode='eval').body); out.b += b'.'
            print(bytes(out.b).hex(), hexed(pickle.loads(bytes(out.b))), line.strip().encode().hex())
        """;

    private const string Expressions = """
        ''.join(['sys', 'tem'])
        str.join('-', ('a', 'b', 'c'))
        'metsys'[::-1]
        'xsystemx'[1:-1]
        'abcdefgh'[-2:0:-3]
        'abc'[-1]
        b'\x01\x02\x03'[1]
        b'metsys'[::-1]
        'osXsystem'.split('X')
        'a b  c '.split()
        ' a b  c d '.split(None, 1)
        ' a b  c d '.rsplit(None, 2)
        'a b '.split(None, 5)
        ' a b'.split(None, 0)
        'a  b '.rsplit(None, 0)
        'a,b,c,d'.split(',', 2)
        'a,b,c,d'.rsplit(',', 1)
        'a.b.c'.partition('.')
        'a.b.c'.rpartition('.')
        'one\ntwo\r\nthree'.splitlines()
        'sAsAtAeAm'.replace('A', '')
        'aaaa'.replace('a', 'b', 2)
        'abc'.replace('', '-')
        'abc'.replace('', '-', 2)
        '  x \t'.strip()
        'xxsystemxx'.strip('x')
        'xxsystemxx'.lstrip('x')
        'xxsystemxx'.rstrip('x')
        'SYSTEM'.lower()
        'system'.upper()
        'sYSTEM'.swapcase()
        'hello world'.title()
        'hELLO'.capitalize()
        '{}.{}'.format('os', 'system')
        '{1}{0}{{}}'.format('a', 'b')
        operator.mod('%s.%s', ('os', 'system'))
        operator.mod('%d%%-%x-%c', (10, 255, 'z'))
        '7'.zfill(4)
        '-7'.zfill(4)
        'ab'.ljust(5, '.')
        'ab'.rjust(5)
        'prefix-x'.removeprefix('prefix-')
        'x.py'.removesuffix('.py')
        'abcabc'.find('c')
        'abcabc'.rfind('c')
        'abcabc'.index('b', 2)
        'abcabc'.count('bc')
        'abc'.startswith('ab')
        'abc'.endswith('x')
        'abc'.translate(str.maketrans('abc', 'xyz'))
        'abc'.translate(str.maketrans({'a': 'os', 'b': None, 'c': 46}))
        'abc'.translate({97: 'x', 98: None})
        'abc'.encode('utf-16-le')
        'é'.encode('latin-1')
        'é😀'.encode()
        'é😀x'[1]
        'a😀b'[::-1]
        b'os\xe9'.decode('latin-1')
        b'system'.decode()
        b'a\x00b\x00'.decode('utf-16-le')
        b'\\x6f\\u0073'.decode('unicode_escape')
        bytes.fromhex('6f 73')
        bytearray.fromhex('6f73').decode()
        b'os'.hex()
        bytes([111, 115]).decode('ascii')
        bytearray([115, 121, 115])
        bytes('os', 'utf-8')
        str(b'os', 'utf-8')
        str(12)
        str(None)
        repr('a\'b')
        bytes(3)
        b', '.join([b'a', b'b'])
        b'a-b'.split(b'-')
        b'abc'.replace(b'b', b'')
        b'\t abc \n'.strip()
        b'abc'.translate(bytes.maketrans(b'abc', b'xyz'))
        b'abc'.upper()
        chr(111)
        chr(128512)
        ord('s')
        ord(b'a')
        list(map(chr, [111, 115]))
        ''.join(map(chr, [115, 121, 115, 116, 101, 109]))
        ''.join(reversed('metsys'))
        ''.join(filter(str.isalpha, []))
        ''.join(filter(None, ['o', '', 's']))
        ''.join(sorted('bca'))
        list(zip('ab', [1, 2]))
        list(enumerate('ab', 3))
        list(range(5, 0, -2))
        sum([1, 2, 3])
        sum([[1], [2]], [])
        min(3, 1, 2)
        max([3, 1, 2])
        len('a😀')
        len(b'abc')
        int('0x6f', 16)
        int('0b101', 0)
        int(' 1_000 ')
        int('-12')
        hex(255)
        bin(5)
        oct(8)
        abs(-3)
        pow(3, 4, 5)
        pow(2, 10)
        int.from_bytes(b'\x01\x02', 'big')
        int.from_bytes(b'\x01\x02', 'little')
        operator.methodcaller('upper')('os')
        operator.methodcaller('join', ['a', 'b'])('-')
        operator.itemgetter(1)(['a', 'b'])
        operator.itemgetter(0, 2)('abc')
        operator.itemgetter('k')({'k': 'system', 'j': 1})
        operator.attrgetter('__name__')(len)
        operator.concat('sys', 'tem')
        operator.add(b'a', b'b')
        operator.mul('ab', 3)
        operator.mul([1], 2)
        operator.sub(5, 7)
        operator.xor(5, 1)
        operator.floordiv(-7, 2)
        operator.mod(-7, 3)
        operator.lshift(1, 70)
        operator.eq('a', 'a')
        operator.lt(1, 2)
        operator.not_('')
        operator.contains('system', 'sys')
        functools.partial(operator.add, 'sys')('tem')
        functools.partial(''.join)(['a', 'b'])
        functools.reduce(operator.add, ['s', 'y', 's'])
        functools.reduce(operator.concat, ['a', 'b'], 'x')
        bytes(map(operator.xor, b'\x2a\x36', [69, 69]))
        bytes(itertools.starmap(operator.xor, zip(b'\x2a\x36', itertools.repeat(69, 2))))
        ''.join(itertools.chain('ab', ['c'], ('d',)))
        ''.join(itertools.chain.from_iterable([['o'], ['s']]))
        list(itertools.islice('abcdef', 1, 5, 2))
        codecs.decode('flfgrz', 'rot13')
        codecs.decode(b'6f73', 'hex')
        codecs.decode(b'b3M=\n', 'base64')
        codecs.decode('\\x6f\\x73', 'unicode_escape')
        codecs.encode('os', 'rot_13')
        codecs.encode('\xe9', 'latin1')
        codecs.escape_decode(b'\\x6f\\n')
        base64.b64decode('c3lzdGVt')
        base64.b64decode(b'c3lz\ndGVt')
        base64.urlsafe_b64decode('-_-_')
        base64.b32decode('ONZXG5DFNU======')
        base64.b16decode('6F73')
        base64.b85decode('b9r-gWo;n')
        base64.a85decode('F*VhKASiR')
        base64.b64encode(b'system')
        binascii.unhexlify('6f73')
        binascii.hexlify(b'os')
        binascii.a2b_base64('b3M=')
        zlib.decompress(base64.b64decode('eJwrriwuSc0FAAl0AqY='))
        gzip.decompress(base64.b64decode('H4sIAAAAAAACAyuuLC5JzQUAixFNyQYAAAA='))
        bz2.decompress(base64.b64decode('QlpoOTFBWSZTWfgdEFEAAAGBgAICDCAgADDNAMNBMZcXckU4UJD4HRBR'))
        html.unescape('&lt;os&#46;system')
        getattr('-', 'join')(['a', 'b'])
        getattr(getattr('a,b', 'split')(','), '__getitem__')(1)
        dict([('a', 'b')]).get('a')
        {'a': 1, 'b': 2}.get('b')
        list({'a': 1, 'b': 2}.keys())
        tuple('abc')
        [1, 'a', None, True]
        base64.b64decode(s='c3lzdGVt')
        base64.b64decode('c3lz!dGVt', validate=False)
        base64.b64decode('-_-_', altchars='-_')
        base64.b64decode(b'..##', altchars=b'.#')
        base64.b32decode('onzxg5dfnu======', casefold=True)
        codecs.decode('flfgrz', encoding='rot13')
        codecs.decode(b'73 79', 'quopri')
        codecs.decode(b'=73=79s', 'quoted-printable')
        codecs.decode(b'begin 666 <data>\n&<WES=&5M\n \nend\n', 'uu')
        codecs.decode(zlib.compress(b'system'), 'zip')
        codecs.decode(b'\xa2\xa8\xa2\xa3\x85\x94', 'cp037')
        codecs.decode(b'\xa2\xa8\xa2\xa3\x85\x94', 'cp500')
        codecs.decode(b'\xe9t\xe9', 'cp1252')
        codecs.decode(b'\xc1', 'koi8-r')
        codecs.decode(b'system', 'cp949')
        codecs.decode(b'Mnchen-3ya', 'punycode')
        codecs.decode(b'ls8h', 'punycode')
        codecs.decode(b'\xfe\xff\x00o\x00s', 'utf-16')
        codecs.decode(b'\xff\xfeo\x00s\x00', 'utf-16')
        codecs.decode(b'\x00\x00\x00o', 'utf-32-be')
        codecs.decode(b'+AG8Acw-', 'utf-7')
        codecs.encode('os', 'cp500')
        codecs.encode(b'os', 'base64')
        codecs.encode(b'os', 'hex')
        b'os'.decode(encoding='ascii')
        'os'.encode(encoding='utf-8', errors='strict')
        'a,b,c'.split(',', maxsplit=1)
        'a,b,c'.rsplit(sep=',', maxsplit=1)
        '{a}.{b}'.format(a='os', b='system')
        '{0}{x}{0!r}'.format('a', x=1)
        '{:x}-{:02d}-{:c}-{:>4}|{:<3}|{:^5}'.format(255, 7, 111, 'a', 'b', 'c')
        '{0[1]}{1[k]}'.format(['a', 'b'], {'k': 'v'})
        '{a}'.format_map({'a': 'os'})
        format(255, '#x')
        format(65, 'c')
        format(3, '08b')
        operator.mod('%(a)s.%(b)s', {'a': 'os', 'b': 'system'})
        operator.mod('%02x%r', (10, 'a'))
        int('ff', base=16)
        (5).to_bytes(length=2, byteorder='little')
        (-5).to_bytes(2, 'big', signed=True)
        int.from_bytes(b'\xff\xfe', byteorder='big', signed=True)
        int.from_bytes(bytes=b'\x01\x00', byteorder='big')
        sorted('bca', reverse=True)
        list(enumerate('ab', start=1))
        sum([1, 2], start=3)
        dict(a=1, b='x').get('b')
        dict([('a', 1)], b=2)
        dict.fromkeys('ab', 1)
        {'a': 1}.get('b', 'os')
        operator.methodcaller('decode', encoding='utf-16-le')(b'o\x00s\x00')
        operator.methodcaller('split', maxsplit=1)('a b c')
        functools.partial(int, base=2)('101')
        functools.partial(base64.b64decode, altchars='-_')('-_-_')
        functools.partial(dict, a=1)(b=2)
        functools.reduce(operator.add, map(chr, [111, 115]))
        ''.join(map(operator.itemgetter(0), zip('os', 'xy')))
        list(map(operator.methodcaller('upper'), ['a', 'b']))
        list(filter(operator.truth, [0, 1, '', 'a']))
        bytes(map(operator.xor, b'\x2a\x36', itertools.repeat(69, 2)))
        list(itertools.accumulate([1, 2, 3]))
        list(itertools.accumulate('abc'))
        list(itertools.compress('abc', [1, 0, 1]))
        list(itertools.takewhile(str.isalpha, 'ab1c'))
        list(itertools.dropwhile(str.isalpha, 'ab1c'))
        list(itertools.filterfalse(str.isdigit, 'a1b'))
        list(itertools.zip_longest('ab', 'c'))
        all(['a', 1])
        any([0, ''])
        divmod(-7, 2)
        list(filter(str.isupper, 'aBcD'))
        'a1'.isalnum()
        'a_1'.isidentifier()
        ast.literal_eval("['os', b'x', 1, -2, 3.5, None, True, (1,), {'a': [1]}]")
        ast.literal_eval("'sys' 'tem'")
        ast.literal_eval('0x6f')
        json.loads('{"a": ["os", 1, 2.5, null, true], "b": "sys\\u0074em"}')
        json.loads(b'"system"')
        json.loads('[1e3, -0.5, 12345678901234567890]')
        struct.pack('<IHb', 1, 2, -3)
        struct.pack('>4sH', b'os', 258)
        struct.pack('BI', 1, 2)
        struct.pack('<2c?', b'o', b's', True)
        struct.pack('>d', 1.5)
        struct.unpack('<6B', b'system')
        struct.unpack('>HxI', b'\x01\x02\x00\x00\x00\x00\x05')
        struct.unpack('<f', b'\x00\x00\xc0\x3f')
        struct.unpack('3s', b'abc')
        struct.unpack_from('<H', b'\x00\x01\x02', 1)
        struct.calcsize('bIqh')
        bytes(struct.unpack('<6B', b'system'))
        zlib.decompress(zlib.compress(b'system'))
        zlib.decompress(zlib.compress(b'system', level=9))
        gzip.decompress(gzip.compress(b'system'))
        bz2.decompress(bz2.compress(b'system'))
        lzma.decompress(lzma.compress(b'system'))
        gzip.GzipFile(fileobj=io.BytesIO(base64.b64decode('H4sIAAAAAAACAyuuLC5JzQUAixFNyQYAAAA='))).read()
        io.BytesIO(b'system').read()
        io.StringIO('system').getvalue()
        zlib.crc32(b'system')
        urllib.parse.unquote('sys%74em')
        urllib.parse.unquote('a+b%C3%A9')
        urllib.parse.unquote_plus('a+b')
        urllib.parse.unquote_to_bytes('%ff%00x')
        urllib.parse.quote('a b/é')
        html.unescape('&#x6f;&#115; &amp;')
        quopri.decodestring(b'=6F=73=\n!')
        binascii.a2b_qp('=6F=73')
        binascii.a2b_uu(b'&<WES=&5M')
        binascii.a2b_base64('b3M=')
        importlib.import_module('os')
        importlib.import_module(name='os')
        __import__('urllib.parse')
        __import__('urllib.parse', fromlist=['x'])
        pkgutil.resolve_name('os:system')
        pkgutil.resolve_name('os.system')
        pydoc.locate('os.system')
        sys.modules['os']
        sys.modules.get('os')
        getattr(sys.modules['os'], 'system')
        getattr(getattr(importlib.import_module('os'), 'path'), 'join')
        operator.attrgetter('modules')(importlib.import_module('sys'))['os']
        operator.attrgetter('path.join')(importlib.import_module('os'))
        copyreg._reconstructor(str, str, 'os')
        copyreg.__newobj__(str, 'os')
        copyreg.__newobj_ex__(int, ('101',), {'base': 2})
        functools.lru_cache(len)('abc')
        eval('1 + 2')
        eval("''.join(chr(c ^ 1) for c in b'nr')")
        eval("''.join([str(x * 2) for x in range(5) if x % 2 == 1])")
        eval("(lambda a, b='x': a + b)('o')")
        eval("'%s' % ('os',) + 'ab'[::-1] + str(2 ** 3) + ('y' if 1 < 2 else 'z')")
        eval("{k: v for k, v in [('a', 1)]}['a']")
        eval("__import__('base64').b64decode('b3M=').decode()")
        eval("(lambda f: f(f))(lambda g: 'deep')")
        eval("-2 ** 2 + 7 // 2 - (3 & 1 | 4 ^ 1) + ~0 + 10 % 3 << 1")
        eval("not 'a' in 'abc' or 'x'")
        eval("(lambda n: f'{n}-{n!r}' 'b')('o')")
        bool([])
        bool('x')
        """;

    [Fact]
    public void FoldingSaysWhatPythonSays()
    {
        string script = $"EXPRESSIONS = bytes.fromhex('{Convert.ToHexString(Encoding.UTF8.GetBytes(Expressions))}').decode()\n{Script}";
        string[] rows = Encoding.ASCII.GetString(CPython.Run(script)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Expressions.ReplaceLineEndings("\n").Trim().Split('\n').Length, rows.Length);
        List<string> wrong = [];
        foreach (string[] row in rows.Select(r => r.Trim().Split(' ')))
        {
            string expression = Encoding.UTF8.GetString(Convert.FromHexString(row[2]));
            string folded = Hexed(Folded.Value(Convert.FromHexString(row[0])));
            if (folded != row[1])
            {
                wrong.Add($"{expression}: folded {folded}, Python {row[1]}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string Hexed(FoldedValue value) => value switch
    {
        FoldedText text => "s" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text.Value)),
        FoldedBytes bytes => "b" + Convert.ToHexStringLower(bytes.Value),
        FoldedBool flag => "o" + flag.Value,
        FoldedInt number => "i" + number.Value,
        FoldedNone => "n",
        FoldedFloat real => "f" + (double.IsInteger(real.Value) ? real.Value.ToString("F1", System.Globalization.CultureInfo.InvariantCulture) : real.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        FoldedName name => "q" + Assay.Python.Names.CanonicalName.Of(name.Path),
        FoldedDict dict => "{" + string.Join(',', dict.Pairs.Select(p => Hexed(p.Key) + ":" + Hexed(p.Value))) + "}",
        FoldedSequence items => "[" + string.Join(',', items.Items.Select(Hexed)) + "]",
        _ => "unknown",
    };
}
