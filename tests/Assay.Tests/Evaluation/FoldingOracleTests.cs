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
        import ast, base64, binascii, bz2, codecs, functools, gzip, io, itertools, lzma, operator, pickle, struct, sys, zlib, html, urllib.parse
        NAMES = dict(base64=base64, binascii=binascii, bz2=bz2, codecs=codecs, functools=functools, gzip=gzip, itertools=itertools, lzma=lzma,
                     operator=operator, zlib=zlib, html=html)
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
                    if isinstance(base, ast.Name) and base.id in NAMES: self.name(base.id, '.'.join(path))
                    elif isinstance(base, ast.Name): self.name('builtins', base.id + '.' + '.'.join(path))
                    else:
                        self.name('builtins', 'getattr'); self.b += b'('; self.node(n.value); self.text(n.attr); self.b += b'tR'
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
        bool([])
        bool('x')
        """;

    [Fact]
    public void FoldingSaysWhatPythonSays()
    {
        string script = $"EXPRESSIONS = bytes.fromhex('{Convert.ToHexString(Encoding.UTF8.GetBytes(Expressions))}').decode()\n{Script}";
        string[] rows = Encoding.ASCII.GetString(Python.Run(script)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
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
        FoldedSequence items => "[" + string.Join(',', items.Items.Select(Hexed)) + "]",
        _ => "unknown",
    };
}
