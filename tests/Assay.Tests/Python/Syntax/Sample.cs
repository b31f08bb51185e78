// A piece of source that has a bit of everything.
namespace Assay.Tests.Python.Syntax;

/// <summary>Source that mutants are made of.</summary>
internal static class Sample
{
    public const string Source = """"
        # -*- coding: utf-8 -*-
        """Docs."""
        from __future__ import annotations
        import os, sys as system
        from .a.b import (c as d, e,)

        @decorator(1, *x, y=2)
        class A(B, metaclass=M):
            x: int = 0x1F + 1_000.5e3j
            def f(self, a, /, b=1, *args: int, c, d=(yield), **kw) -> list[int]:
                if (n := len(a)) > 10 and not b or c is not None:
                    return {k: v for k, v in a.items() if v}, [*a, *b], {1, 2}, {**a, 'b': 3}
                elif x: pass
                else:
                    raise E from None
                for i, (j, *k) in enumerate(lambda x, *y, z=1: x if y else z):
                    with open(f"{i!r:>{w}}{j=}" "b\n" rb'\x' if c else u'\u1234') as f, g: continue
                with (a as b, c): print(a[1:2, ::3, ...], end='')
                while True:
                    try: break
                    except (A, B) as e: del a.b, c[0]
                    except* C: a @= b
                    else: global q
                    finally: assert a, "é"
                match a, b:
                    case [1, *_] | {"a": -1.5, **rest} if x: x = y = yield from z
                    case P.Q(a, b=c) as d: async def g(): await x; [i async for i in y]
                    case _: nonlocal r
        type T[K: int = str, *Ts, **P] = dict[K, Ts]
        t'{a}' if a < b <= c != d in e else ~-a ** b // c << d
        print "python 2", `x`
        """";
}
