// The reader of Python source.
using System.Text;
using Assay.Python.Syntax;

namespace Assay.Fuzz;

/// <summary>Python source: its tree, whatever its bytes.</summary>
internal static class SyntaxTargets
{
    /// <summary>So many steps a byte of source may take; a reader that goes back takes more.</summary>
    private const int StepsPerByte = 12;

    public static int Tree(byte[] input)
    {
        SyntaxTree tree = PythonParser.Parse(SourceText.Decode(input));
        Signature signature = new();
        signature.Add(tree.Errors.Count > 0 ? (long)tree.Errors[0].Kind : -1);
        bool[] seen = new bool[tree.Count];
        Span<int> kinds = stackalloc int[(int)SyntaxKind.TypeVarTuple + 1];
        foreach (SyntaxNode node in SyntaxWalk.Of(tree.Root))
        {
            if (seen[node.Number] || node.Start > node.End || node.End > tree.Text.End)
            {
                throw new FuzzFailure($"{node.Kind} has two parents, or lies outside the text.") { Kind = "tree" };
            }

            seen[node.Number] = true;
            kinds[(int)node.Kind]++;
            if (node.Kind == SyntaxKind.Constant && node.ConstantKind >= ConstantKind.Text)
            {
                signature.AddSize(ConstantValue.Bytes(node).Length);
            }
        }

        foreach (int count in kinds)
        {
            signature.AddSize(count);
        }

        return tree.Work > (StepsPerByte * (long)input.Length) + 1000
            ? throw new FuzzFailure($"{tree.Work} steps for {input.Length} bytes.") { Kind = "work" }
            : signature.Value;
    }

    public static IEnumerable<byte[]> Sources() => ((string[])
    [
        "import a.b as c, d\nfrom ..e import (f as g, h,)\nfrom . import *\n",
        "@a.b(c)\ndef f(x, /, y: int = 1, *z, k=2, **w) -> d:\n    \"doc\"\n    global q; return lambda u, *v: (u, *v)\n",
        "class A[T: int = str, *S, **P](B, *C, m=D):\n    x: int\n    async def g(self):\n        async for i in y: await i\n        async with a as b, c: pass\n",
        "if (n := a) > 1 and not b or c:\n\tpass\nelif d: e\nelse:\n\tf\nwhile g: break\nelse: continue\n",
        "try:\n  a\nexcept (B, C) as e:\n  raise D from e\nexcept* E: x\nelse: y\nfinally:\n  del a.b, c[0], (d, e)\n",
        "with (a as b, c as (d, e)): pass\nwith (f, g): pass\nwith (x for x in y): pass\nwith (h) as i, j: pass\n",
        "match a, b:\n    case [1, *_] | {'k': -1.5 + 2j, **r} if c: pass\n    case P.Q(x, y=None) as d: pass\n    case _: pass\n",
        "f'a{b!r:>{w}}{{c}}' f\"{d=}{e['f']}\" rf'\\{g}' t'{h:{i}}'\nu'\\u0041\\N{DIGIT ONE}' '''x\ny''' b'\\x00' rb'\\z'\n",
        "x = y, *z = [a for a, in b if c if d for e in f], {g: h, **i}, {j, *k}, (l for l in m)\nx[1:2, ::3, ...] @= yield from n\n",
        "f(a, *b, c=d, **e)(g for g in h)[i].j ** -k // ~l << m | n ^ o & p < q <= r != s not in t is not u if v else w\n",
        "type X[T] = int\nmatch = case = type = 1\nprint 'a' % b\nexec c in d\n`e`\n0777 + 10L <> ur'f'\n",
        "f(a,\nimport os\nif b c:\n    d\n  e\n\u00e9\ufb01 = $\n)]}\n'unterminated\n\"\"\"",
    ]).Select(Encoding.UTF8.GetBytes);
}
